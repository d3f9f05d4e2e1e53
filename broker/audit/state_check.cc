#include "broker/audit/state_check.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "broker/audit/referral_check.h"

namespace amana::audit {
namespace {

// "EVENT_KIND_TASK_ROUTED" -> "TASK_STATE_ROUTED": the names are the protocol's, and go in pairs.
std::string StateName(v1::EventKind kind, std::string_view of) {
  const std::string name = v1::EventKind_Name(kind);
  const std::string prefix = "EVENT_KIND_" + std::string(of) + "_";
  if (!name.starts_with(prefix)) return "";
  return std::string(of) + "_STATE_" + name.substr(prefix.size());
}

}  // namespace

std::optional<v1::TaskState> TaskStateEntered(v1::EventKind kind) {
  v1::TaskState state = v1::TASK_STATE_UNSPECIFIED;
  const std::string name = StateName(kind, "TASK");
  if (name.empty() || !v1::TaskState_Parse(name, &state)) return std::nullopt;
  return state;
}

std::optional<v1::DeliveryState> DeliveryStateEntered(v1::EventKind kind) {
  v1::DeliveryState state = v1::DELIVERY_STATE_UNSPECIFIED;
  const std::string name = StateName(kind, "DELIVERY");
  if (name.empty() || !v1::DeliveryState_Parse(name, &state)) return std::nullopt;
  return state;
}

absl::Status StateCheck::Follow(const store::StoredEvent& stored) {
  switch (stored.event.kind) {
    case v1::EVENT_KIND_SUBMISSION_ACCEPTED:
      return FollowReferral(stored);
    case v1::EVENT_KIND_CONSENT_REGISTERED:
    case v1::EVENT_KIND_EXCLUSION_REGISTERED:
    case v1::EVENT_KIND_CONSENT_WITHDRAWN:
      return FollowConsent(stored);
    default:
      return absl::OkStatus();
  }
}

absl::Status StateCheck::FollowReferral(const store::StoredEvent& stored) {
  ++referrals_;
  if (!stored.event.referral.has_value()) {
    findings_.Add("REFERRAL_MISSING", absl::StrCat("event ", stored.index));
    return absl::OkStatus();
  }
  ReferralCheck check(snapshot_, *stored.event.referral, stored.index, findings_);
  AMANA_RETURN_IF_ERROR(check.Run());
  tasks_ += check.tasks();
  deliveries_ += check.deliveries();
  return absl::OkStatus();
}

// The statement that is kept must be the one that the event is of; of a withdrawal the consent must
// say that it is withdrawn.
absl::Status StateCheck::FollowConsent(const store::StoredEvent& stored) {
  ++consents_;
  const events::Event& event = stored.event;
  const store::Consents& consents = snapshot_.consents();
  const bool exclusion = event.kind == v1::EVENT_KIND_EXCLUSION_REGISTERED;
  const bool withdrawal = event.kind == v1::EVENT_KIND_CONSENT_WITHDRAWN;
  const auto kept = exclusion    ? consents.FindExclusion(event.consent_id)
                    : withdrawal ? consents.FindWithdrawal(event.consent_id)
                                 : consents.FindStatement(event.consent_id, event.consent_version);
  if (!kept.ok() && !absl::IsDataLoss(kept.status())) return kept.status();
  bool good = kept.ok() && kept->has_value() && (*kept)->digest == event.statement_digest;
  if (!exclusion && good) {
    const auto facts = consents.Find(event.consent_id, event.consent_version);
    if (!facts.ok() && !absl::IsDataLoss(facts.status())) return facts.status();
    good =
        facts.ok() && facts->has_value() && (!withdrawal || (*facts)->withdrawn_at != std::nullopt);
  }
  if (!good) findings_.Add("CONSENT_NOT_OF_LOG", absl::StrCat("event ", stored.index));
  return absl::OkStatus();
}

}  // namespace amana::audit
