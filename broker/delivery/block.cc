#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "broker/delivery/lease.h"
#include "broker/delivery/recorder.h"
#include "broker/delivery/route_task.h"
#include "broker/delivery/word_behind.h"
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

// Moves a blocked task as far as the table lets it; false: one that is over, or blocked already, or
// denied for a reason that the table does not know in its state stays where it is.
absl::StatusOr<bool> MoveBlocked(Recorder& recorder, store::TaskRecord task, v1::Reason code,
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
    AMANA_RETURN_IF_ERROR(recorder.MoveTask(task, way.to, way.actor, way.reason).status());
    return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<TakenBack> Block(store::Transaction& tx, const store::ReferralRecord& referral,
                                absl::Time now, const Policy& policy, const store::TaskRecord& task,
                                const consent::Decision& decision, const Evidence& evidence,
                                Reach reach) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<WordBehind> word,
                         FindWordBehind(tx, referral, decision));
  Evidence shown = evidence;
  if (word.has_value()) {
    shown = {};
    shown.statement = word->statement;
  }
  Recorder recorder(tx, referral, now, shown);
  AMANA_ASSIGN_OR_RETURN(std::vector<store::DeliveryRecord> all,
                         std::as_const(tx).deliveries().OfTask(task.key));
  const bool disclosed =
      std::any_of(all.begin(), all.end(), [](const auto& each) { return each.disclosed; });
  const bool everything = reach == Reach::kEverything;
  TakenBack taken;
  for (store::DeliveryRecord& each : all) {
    if (each.disclosed && !everything) continue;
    AMANA_RETURN_IF_ERROR(
        recorder.TakeBackOne(each, v1::DELIVERY_STATE_WITHHELD, decision.PublicCode(),
                             word.has_value() ? word->cause : std::nullopt, policy, taken));
  }
  bool moved = false;
  if (!disclosed || everything) {
    store::TaskRecord blocked = task;
    blocked.consent_rules = PublicRuleNumbers(decision);
    blocked.decide_at = decision.next_change;
    AMANA_ASSIGN_OR_RETURN(
        moved, MoveBlocked(recorder, std::move(blocked), decision.PublicCode(), disclosed));
  }
  if (!moved) AMANA_RETURN_IF_ERROR(KeepDecideAt(tx, task, decision.next_change));
  return taken;
}

}  // namespace amana::delivery
