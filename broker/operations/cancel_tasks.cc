#include "broker/operations/cancel_tasks.h"

#include <vector>

#include "broker/referral/task_machine.h"

namespace amana::operations {

absl::StatusOr<Cancelled> CancelTasks(store::Transaction& tx, const store::ReferralRecord& referral,
                                      absl::Time now, const delivery::Policy& policy,
                                      const delivery::Evidence& evidence, v1::Reason reason,
                                      const std::optional<store::StatementRecord>& cause) {
  AMANA_ASSIGN_OR_RETURN(std::vector<store::TaskRecord> tasks, tx.referrals().Tasks(referral.key));
  delivery::Recorder recorder(tx, referral, now, evidence);
  Cancelled out;
  for (store::TaskRecord& task : tasks) {
    // What the broker had not even begun with was never meant.
    const v1::TaskState to = task.state == v1::TASK_STATE_SUBMITTED
                                 ? v1::TASK_STATE_ENTERED_IN_ERROR
                                 : v1::TASK_STATE_CANCELLED;
    AMANA_ASSIGN_OR_RETURN(const bool disclosed, recorder.Disclosed(task.key));
    if (!referral::CheckTaskTransition(task.state, to, referral::Actor::kSender, reason, disclosed)
             .ok()) {
      continue;
    }
    AMANA_RETURN_IF_ERROR(
        recorder.TakeBack(task, v1::DELIVERY_STATE_RECALLED, reason, cause, policy).status());
    AMANA_ASSIGN_OR_RETURN(out.last_event,
                           recorder.MoveTask(task, to, referral::Actor::kSender, reason));
    ++out.tasks;
  }
  return out;
}

}  // namespace amana::operations
