#include "broker/operations/event_filter.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "broker/operations/errors.h"

namespace amana::operations {
namespace {

using events::Event;
using events::FieldSet;

struct Outcome {
  v1::TaskState state;
  v1::EventKind kind;
};
constexpr Outcome kOutcomes[] = {
    {v1::TASK_STATE_ACCEPTED, v1::EVENT_KIND_TASK_ACCEPTED},
    {v1::TASK_STATE_REJECTED, v1::EVENT_KIND_TASK_REJECTED},
    {v1::TASK_STATE_COMPLETED, v1::EVENT_KIND_TASK_COMPLETED},
    {v1::TASK_STATE_FAILED, v1::EVENT_KIND_TASK_FAILED},
    {v1::TASK_STATE_CANCELLED, v1::EVENT_KIND_TASK_CANCELLED},
    {v1::TASK_STATE_REVOKED, v1::EVENT_KIND_TASK_REVOKED},
    {v1::TASK_STATE_REROUTED, v1::EVENT_KIND_TASK_REROUTED},
    {v1::TASK_STATE_EXPIRED, v1::EVENT_KIND_TASK_EXPIRED},
    {v1::TASK_STATE_ENTERED_IN_ERROR, v1::EVENT_KIND_TASK_ENTERED_IN_ERROR},
};

// Somebody had to be reminded, or a time that was given is over.
constexpr v1::EventKind kBreaches[] = {
    v1::EVENT_KIND_OVERRIDE_REVIEW_MISSED, v1::EVENT_KIND_TASK_EXPIRED,
    v1::EVENT_KIND_DELIVERY_EXPIRED,       v1::EVENT_KIND_DELIVERY_RECALL_UNANSWERED,
    v1::EVENT_KIND_TASK_REMINDED,          v1::EVENT_KIND_TASK_ESCALATED,
    v1::EVENT_KIND_TASK_ALERTED,           v1::EVENT_KIND_HANDOVER_OVERDUE,
};

// An empty field asks for nothing.
template <class Id>
absl::StatusOr<std::optional<Id>> IdOf(std::string_view field, const std::string& bytes) {
  if (bytes.empty()) return std::nullopt;
  auto id = Id::FromBytes(bytes);
  if (!id.ok()) return FieldInvalid(field, std::to_string(Id::kSize) + " bytes, or absent");
  return std::optional<Id>(*std::move(id));
}

absl::StatusOr<std::optional<AgencyId>> AgencyOf(std::string_view field, const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto agency = AgencyId::Create(text);
  if (!agency.ok()) return FieldInvalid(field, "an agency's id, or absent");
  return std::optional<AgencyId>(*std::move(agency));
}

template <class Code>
absl::Status AddCodes(std::string_view field, const google::protobuf::RepeatedField<int>& asked,
                      bool (*valid)(int), std::vector<Code>& codes) {
  for (const int code : asked) {
    if (code == 0 || !valid(code)) return FieldInvalid(field, "codes of this version");
    codes.push_back(static_cast<Code>(code));
  }
  std::sort(codes.begin(), codes.end());
  return absl::OkStatus();
}

template <class Code>
bool Fits(const std::vector<Code>& codes, Code code) {
  return codes.empty() || std::binary_search(codes.begin(), codes.end(), code);
}

bool Involves(const Event& event, const FieldSet& shown, const AgencyId& agency) {
  return (shown[events::kReferral] && event.referral && event.referral->sender == agency) ||
         (shown[events::kActorAgency] && event.actor_agency == agency) ||
         (shown[events::kRecipient] && event.recipient && event.recipient->agency == agency);
}

bool Involves(const EventNames& names, const events::AuditPseudonym& agency) {
  return names.sender == agency || names.actor == agency || names.recipient == agency;
}

}  // namespace

absl::StatusOr<EventFilter> EventFilter::Create(const v1::EventFilter& asked, bool is_auditor) {
  EventFilter filter;
  AMANA_RETURN_IF_ERROR(filter.SetIds(asked, is_auditor));
  AMANA_RETURN_IF_ERROR(filter.SetCodes(asked));
  AMANA_RETURN_IF_ERROR(filter.SetTimes(asked));
  return filter;
}

absl::Status EventFilter::SetIds(const v1::EventFilter& asked, bool is_auditor) {
  AMANA_ASSIGN_OR_RETURN(referral_, IdOf<ReferralId>("referral_id", asked.referral_id()));
  AMANA_ASSIGN_OR_RETURN(agency_, AgencyOf("agency", asked.agency()));
  AMANA_ASSIGN_OR_RETURN(counterpart_, AgencyOf("counterpart", asked.counterpart()));
  using Name = events::AuditPseudonym;
  AMANA_ASSIGN_OR_RETURN(referral_name_,
                         IdOf<Name>("referral_pseudonym", asked.referral_pseudonym()));
  AMANA_ASSIGN_OR_RETURN(agency_name_, IdOf<Name>("agency_pseudonym", asked.agency_pseudonym()));
  AMANA_ASSIGN_OR_RETURN(counterpart_name_,
                         IdOf<Name>("counterpart_pseudonym", asked.counterpart_pseudonym()));
  AMANA_ASSIGN_OR_RETURN(consent_, IdOf<ConsentId>("consent_id", asked.consent_id()));
  AMANA_ASSIGN_OR_RETURN(cert_, IdOf<CertId>("cert_id", asked.cert_id()));
  if (is_auditor && (referral_ || agency_ || counterpart_)) {
    return FieldInvalid("filter", "pseudonyms: an auditor asks for nobody by an id");
  }
  if (asked.referral_told_at() != 0 && !referral_name_) {
    return FieldInvalid("referral_told_at", "absent without referral_pseudonym");
  }
  if (!is_auditor && asks_for_names()) {
    return FieldInvalid("filter", "ids: pseudonyms are an auditor's");
  }
  return absl::OkStatus();
}

absl::Status EventFilter::SetCodes(const v1::EventFilter& asked) {
  AMANA_RETURN_IF_ERROR(AddCodes("kinds", asked.kinds(), v1::EventKind_IsValid, kinds_));
  AMANA_RETURN_IF_ERROR(AddCodes("reasons", asked.reasons(), v1::Reason_IsValid, reasons_));
  for (const int state : asked.outcomes()) {
    const auto* const outcome =
        std::find_if(std::begin(kOutcomes), std::end(kOutcomes),
                     [state](const Outcome& each) { return each.state == state; });
    if (outcome == std::end(kOutcomes)) return FieldInvalid("outcomes", "states that end an offer");
    outcomes_.push_back(outcome->kind);
  }
  std::sort(outcomes_.begin(), outcomes_.end());
  if (asked.sla_breach()) breaches_.assign(std::begin(kBreaches), std::end(kBreaches));
  if (asked.rule() > 0xff) return FieldInvalid("rule", "a rule of the consent table");
  if (asked.rule() != 0) rule_ = static_cast<uint8_t>(asked.rule());
  return absl::OkStatus();
}

absl::Status EventFilter::SetTimes(const v1::EventFilter& asked) {
  if (asked.from_unix_ms() != 0) from_ = FromUnixMillis(asked.from_unix_ms());
  if (asked.until_unix_ms() != 0) until_ = FromUnixMillis(asked.until_unix_ms());
  if (from_ && until_ && *from_ >= *until_) {
    return FieldInvalid("until_unix_ms", "later than from_unix_ms");
  }
  return absl::OkStatus();
}

store::TermGroups EventFilter::Terms() const {
  store::TermGroups groups;
  if (consent_) groups.push_back({events::TermOf(*consent_)});
  if (cert_) groups.push_back({events::TermOf(*cert_)});
  if (agency_) groups.push_back({events::TermOf(*agency_)});
  if (counterpart_) groups.push_back({events::TermOf(*counterpart_)});
  if (rule_) groups.push_back({events::TermOfRule(*rule_)});
  const auto any_of = [&groups](const auto& codes) {
    if (codes.empty()) return;
    std::vector<events::Term>& group = groups.emplace_back();
    for (const auto code : codes) group.push_back(events::TermOf(code));
  };
  any_of(reasons_);
  any_of(outcomes_);
  any_of(breaches_);
  any_of(kinds_);
  return groups;
}

bool EventFilter::FitsFields(const Event& event, const FieldSet& shown) const {
  if (!shown[events::kKind] || !shown[events::kTime]) return false;
  if (!Fits(kinds_, event.kind) || !Fits(outcomes_, event.kind) || !Fits(breaches_, event.kind)) {
    return false;
  }
  if ((from_ && event.time < *from_) || (until_ && event.time >= *until_)) return false;
  if (!reasons_.empty() && !(shown[events::kReason] && Fits(reasons_, event.reason))) return false;
  if (rule_) {
    const std::vector<uint8_t>& rules = event.consent_rules;
    if (!shown[events::kConsentRules]) return false;
    if (std::find(rules.begin(), rules.end(), *rule_) == rules.end()) return false;
  }
  if (referral_ &&
      !(shown[events::kReferral] && event.referral && event.referral->referral == *referral_)) {
    return false;
  }
  if (consent_ && !(shown[events::kConsentId] && event.consent_id == *consent_)) return false;
  if (cert_ && !(shown[events::kCertId] && event.cert_id == *cert_)) return false;
  return (!agency_ || Involves(event, shown, *agency_)) &&
         (!counterpart_ || Involves(event, shown, *counterpart_));
}

bool EventFilter::FitsNames(const EventNames* names) const {
  if (!asks_for_names()) return true;
  if (names == nullptr) return false;
  return (!referral_name_ || names->referral == *referral_name_) &&
         (!agency_name_ || Involves(*names, *agency_name_)) &&
         (!counterpart_name_ || Involves(*names, *counterpart_name_));
}

}  // namespace amana::operations
