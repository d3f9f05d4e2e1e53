#include "broker/delivery/lease.h"
#include "broker/delivery/recorder.h"
#include "broker/referral/task_machine.h"

namespace amana::delivery {
namespace {

using referral::Actor;

// The codes by which the person, or who speaks for them, has said less than before. The task table
// knows one word for it once a task is under way, CONSENT_WITHDRAWN; which rules denied is in the
// deliveries' reasons and in the rules.
bool IsNarrowed(v1::Reason code) {
  switch (code) {
    case v1::REASON_CONSENT_WITHDRAWN:
    case v1::REASON_RECIPIENT_NOT_COVERED:
    case v1::REASON_CATEGORY_NOT_COVERED:
    case v1::REASON_REQUIRED_CATEGORY_NOT_COVERED:
    case v1::REASON_PURPOSE_NOT_COVERED:
    case v1::REASON_ONWARD_NOT_COVERED:
    case v1::REASON_CONSENT_CONFLICT:
      return true;
    default:
      return false;
  }
}

// Moves a blocked task as far as the table lets it; one that is over, or blocked already, or denied
// for a reason that the table does not know in its state stays where it is.
absl::Status MoveBlocked(Recorder& recorder, store::TaskRecord& task, v1::Reason code,
                         bool disclosed) {
  struct Way {
    v1::TaskState to;
    Actor actor;
    v1::Reason reason;
  };
  const v1::Reason said = IsNarrowed(code) ? v1::REASON_CONSENT_WITHDRAWN : code;
  const Way ways[] = {
      {v1::TASK_STATE_REVOKED, Actor::kConsentHolder, said},
      {v1::TASK_STATE_BLOCKED_CONSENT, Actor::kBroker, code},
      {v1::TASK_STATE_BLOCKED_CONSENT, Actor::kBroker, said},
  };
  for (const Way& way : ways) {
    if (way.to == v1::TASK_STATE_REVOKED && !disclosed) continue;
    if (!referral::CheckTaskTransition(task.state, way.to, way.actor, way.reason, disclosed).ok()) {
      continue;
    }
    return recorder.MoveTask(task, way.to, way.actor, way.reason).status();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TakenBack> Block(store::Transaction& tx, const store::ReferralRecord& referral,
                                absl::Time now, const Policy& policy, store::TaskRecord task,
                                const consent::Decision& decision, const Evidence& evidence,
                                const std::optional<store::StatementRecord>& cause) {
  Recorder recorder(tx, referral, now, evidence);
  const v1::Reason code = decision.PublicCode();
  task.consent_rules = PublicRuleNumbers(decision);
  AMANA_ASSIGN_OR_RETURN(const bool disclosed, recorder.Disclosed(task.key));
  AMANA_ASSIGN_OR_RETURN(const TakenBack taken,
                         recorder.TakeBack(task, v1::DELIVERY_STATE_WITHHELD, code, cause, policy));
  AMANA_RETURN_IF_ERROR(MoveBlocked(recorder, task, code, disclosed));
  return taken;
}

}  // namespace amana::delivery
