#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "broker/delivery/lease.h"
#include "broker/delivery/recorder.h"
#include "broker/delivery/settle.h"
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
absl::StatusOr<bool> MoveBlocked(Recorder& recorder, store::TaskRecord task,
                                 const consent::Decision& decision, bool disclosed) {
  struct Way {
    v1::TaskState to;
    Actor actor;
    v1::Reason reason;
  };
  const v1::Reason code = decision.PublicCode();
  const bool withdrawn = decision.Withdrawn() || IsNarrowed(code);
  const v1::Reason said = withdrawn ? v1::REASON_CONSENT_WITHDRAWN : code;
  // What a withdrawal finds waiting for something else has nothing to wait for.
  const bool waits =
      task.state == v1::TASK_STATE_BLOCKED_CONSENT || task.state == v1::TASK_STATE_UNROUTABLE;
  const bool revoked = disclosed || (waits && decision.Withdrawn());
  const Way ways[] = {
      {v1::TASK_STATE_REVOKED, Actor::kConsentHolder, said},
      {v1::TASK_STATE_BLOCKED_CONSENT, Actor::kBroker, code},
      {v1::TASK_STATE_BLOCKED_CONSENT, Actor::kBroker, said},
  };
  for (const Way& way : ways) {
    if (way.to == v1::TASK_STATE_REVOKED && !revoked) continue;
    if (!referral::CheckTaskTransition(task.state, way.to, way.actor, way.reason, disclosed).ok()) {
      continue;
    }
    AMANA_RETURN_IF_ERROR(recorder.MoveTask(task, way.to, way.actor, way.reason).status());
    return true;
  }
  return false;
}

// What is known now of a task that stays in its state. No event: nothing that it is has changed.
absl::Status KeepDenied(store::Transaction& tx, absl::Time now, const store::TaskRecord& task,
                        const consent::Decision& decision) {
  store::TaskRecord kept = task;
  if (!referral::IsTerminal(task.state)) kept.decide_at = decision.next_change;
  if (decision.Withdrawn()) kept.consent_rules = PublicRuleNumbers(decision);
  if (kept.decide_at == task.decide_at && kept.consent_rules == task.consent_rules) {
    return absl::OkStatus();
  }
  AMANA_RETURN_IF_ERROR(tx.referrals().MoveTask(task.state, kept));
  return NoteSettled(tx, task, kept, now);
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
    AMANA_ASSIGN_OR_RETURN(moved, MoveBlocked(recorder, std::move(blocked), decision, disclosed));
  }
  if (!moved) AMANA_RETURN_IF_ERROR(KeepDenied(tx, now, task, decision));
  return taken;
}

}  // namespace amana::delivery
