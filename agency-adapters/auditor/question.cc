#include "agency-adapters/auditor/question.h"

#include <algorithm>
#include <functional>

#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::EventView;
using transparency::FieldSet;

// One thing that is asked.
struct Condition {
  FieldSet fields;  // what must be opened to see that it does not hold
  bool holds = false;
};

FieldSet Fields(std::initializer_list<EventField> fields) {
  FieldSet set;
  for (const EventField field : fields) set.set(static_cast<size_t>(field));
  return set;
}

template <class T>
bool Has(const std::vector<T>& list, const T& wanted) {
  return std::ranges::find(list, wanted) != list.end();
}

bool Takes(const EventView& event, const AgencyId& agency) {
  return (event.referral.has_value() && event.referral->sender == agency) ||
         event.actor_agency == agency ||
         (event.recipient.has_value() && event.recipient->agency == agency);
}

// Those that tell least of an event first.
std::vector<Condition> ConditionsOf(const EventQuery& query, const EventView& event) {
  std::vector<Condition> all;
  const auto ask = [&all](std::initializer_list<EventField> fields, bool holds) {
    all.push_back({Fields(fields), holds});
  };
  const bool timed = event.has(EventField::kTime);
  if (query.from.has_value()) ask({EventField::kTime}, timed && event.time >= *query.from);
  if (query.until.has_value()) ask({EventField::kTime}, timed && event.time < *query.until);
  if (!query.kinds.empty()) ask({EventField::kKind}, Has(query.kinds, event.kind));
  if (!query.reasons.empty()) ask({EventField::kReason}, Has(query.reasons, event.reason));
  if (query.sla_breach) ask({EventField::kKind, EventField::kReason}, IsSlaBreach(event));
  if (query.rule.has_value()) {
    ask({EventField::kConsentRules}, Has(event.consent_rules, *query.rule));
  }
  if (query.category.has_value()) {
    ask({EventField::kDelivered, EventField::kWithheld},
        Has(event.delivered, *query.category) || Has(event.withheld, *query.category));
  }
  if (query.certificate.has_value()) {
    ask({EventField::kCertId}, event.cert_id == *query.certificate);
  }
  if (query.consent.has_value()) ask({EventField::kConsentId}, event.consent_id == *query.consent);
  if (query.referral.has_value()) {
    ask({EventField::kReferral},
        event.referral.has_value() && event.referral->referral == *query.referral);
  }
  for (const auto& agency : {query.agency, query.counterpart}) {
    if (!agency.has_value()) continue;
    ask({EventField::kReferral, EventField::kActorAgency, EventField::kRecipient},
        Takes(event, *agency));
  }
  return all;
}

template <class Code>
std::string Names(const std::vector<Code>& codes) {
  std::string text;
  for (const Code code : codes) {
    text += (text.empty() ? "" : " or ") + std::string(codes::CodeName(code));
  }
  return text;
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

template <class Id>
absl::Status ReadId(const std::string& bytes, std::string_view field, std::optional<Id>& into) {
  if (bytes.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(into, Id::FromBytes(bytes, field));
  return absl::OkStatus();
}

absl::Status ReadAgency(const std::string& text, std::string_view field,
                        std::optional<AgencyId>& into) {
  if (text.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(into, AgencyId::Create(text, field));
  return absl::OkStatus();
}

}  // namespace

Answer AnswerOf(const EventQuery& query, const EventView& event) {
  Answer answer = Answer::kYes;
  for (const Condition& condition : ConditionsOf(query, event)) {
    if (condition.holds) continue;
    if ((event.opened & condition.fields) == condition.fields) return Answer::kNo;
    answer = Answer::kHidden;
  }
  return answer;
}

std::optional<FieldSet> FieldsThatSayNo(const EventQuery& query, const EventView& event) {
  for (const Condition& condition : ConditionsOf(query, event)) {
    if (!condition.holds && (event.opened & condition.fields) == condition.fields) {
      return condition.fields;
    }
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> Conditions(const EventQuery& query) {
  std::vector<std::pair<std::string, std::string>> all;
  if (query.from.has_value()) all.emplace_back("not before", TimeText(*query.from));
  if (query.until.has_value()) all.emplace_back("before", TimeText(*query.until));
  if (!query.kinds.empty()) all.emplace_back("kind", Names(query.kinds));
  if (!query.reasons.empty()) all.emplace_back("reason", Names(query.reasons));
  if (query.sla_breach) all.emplace_back("a window was missed", "yes");
  if (query.rule.has_value()) all.emplace_back("consent rule", std::to_string(*query.rule));
  if (query.category.has_value()) {
    all.emplace_back("category", std::string(codes::CodeName(*query.category)));
  }
  if (query.certificate.has_value()) all.emplace_back("certificate", query.certificate->hex());
  if (query.consent.has_value()) all.emplace_back("consent", query.consent->hex());
  if (query.referral.has_value()) all.emplace_back("referral", query.referral->hex());
  if (query.agency.has_value()) all.emplace_back("agency", query.agency->value());
  if (query.counterpart.has_value()) all.emplace_back("counterpart", query.counterpart->value());
  return all;
}

v1::EvidenceQuestion ToWire(const EventQuery& query) {
  v1::EvidenceQuestion wire;
  for (const v1::EventKind kind : query.kinds) wire.add_kinds(kind);
  for (const v1::Reason reason : query.reasons) wire.add_reasons(reason);
  if (query.from.has_value()) wire.set_from_unix_ms(absl::ToUnixMillis(*query.from));
  if (query.until.has_value()) wire.set_until_unix_ms(absl::ToUnixMillis(*query.until));
  if (query.agency.has_value()) wire.set_agency(query.agency->value());
  if (query.counterpart.has_value()) wire.set_counterpart(query.counterpart->value());
  if (query.referral.has_value()) wire.set_referral_id(query.referral->bytes());
  if (query.consent.has_value()) wire.set_consent_id(query.consent->bytes());
  if (query.rule.has_value()) wire.set_rule(*query.rule);
  if (query.certificate.has_value()) wire.set_cert_id(query.certificate->bytes());
  if (query.category.has_value()) wire.set_category(*query.category);
  wire.set_sla_breach(query.sla_breach);
  return wire;
}

absl::StatusOr<EventQuery> FromWire(const v1::EvidenceQuestion& wire) {
  EventQuery query;
  for (const int kind : wire.kinds()) query.kinds.push_back(static_cast<v1::EventKind>(kind));
  for (const int reason : wire.reasons()) query.reasons.push_back(static_cast<v1::Reason>(reason));
  if (wire.from_unix_ms() != 0) query.from = absl::FromUnixMillis(wire.from_unix_ms());
  if (wire.until_unix_ms() != 0) query.until = absl::FromUnixMillis(wire.until_unix_ms());
  AMANA_RETURN_IF_ERROR(ReadAgency(wire.agency(), "question.agency", query.agency));
  AMANA_RETURN_IF_ERROR(ReadAgency(wire.counterpart(), "question.counterpart", query.counterpart));
  AMANA_RETURN_IF_ERROR(ReadId(wire.referral_id(), "question.referral_id", query.referral));
  AMANA_RETURN_IF_ERROR(ReadId(wire.consent_id(), "question.consent_id", query.consent));
  AMANA_RETURN_IF_ERROR(ReadId(wire.cert_id(), "question.cert_id", query.certificate));
  if (wire.rule() > 255) {
    return MakeError(absl::StatusCode::kInvalidArgument, "LENGTH_INVALID", "question.rule",
                     "question.rule: no rule has so high a number");
  }
  if (wire.rule() != 0) query.rule = static_cast<uint8_t>(wire.rule());
  if (wire.category() != 0) query.category = wire.category();
  query.sla_breach = wire.sla_breach();
  return query;
}

}  // namespace amana::auditor
