#include "broker/delivery/settle.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status.h"
#include "broker/consent/rule.h"
#include "broker/referral/task_machine.h"

namespace amana::delivery {
namespace {

bool EndedEarly(const store::TaskRecord& task) {
  switch (task.state) {
    case v1::TASK_STATE_BLOCKED_CONSENT:
    case v1::TASK_STATE_CANCELLED:
    case v1::TASK_STATE_EXPIRED:
    case v1::TASK_STATE_REVOKED:
    case v1::TASK_STATE_ENTERED_IN_ERROR:
      return true;
    default:
      return false;
  }
}

absl::StatusOr<bool> Disclosed(const store::Snapshot& snapshot,
                               const std::vector<store::TaskRecord>& tasks) {
  for (const store::TaskRecord& task : tasks) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::DeliveryRecord> all,
                           snapshot.deliveries().OfTask(task.key));
    if (std::any_of(all.begin(), all.end(), [](const auto& each) { return each.disclosed; })) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool IsSettled(const store::TaskRecord& task) {
  if (referral::IsTerminal(task.state)) return true;
  constexpr auto kWithdrawn = static_cast<uint8_t>(consent::Rule::kWithdrawnBeforeDelivery);
  return task.state == v1::TASK_STATE_BLOCKED_CONSENT &&
         std::find(task.consent_rules.begin(), task.consent_rules.end(), kWithdrawn) !=
             task.consent_rules.end();
}

absl::Status NoteSettled(store::Transaction& tx, const store::TaskRecord& before,
                         const store::TaskRecord& after, absl::Time now) {
  const StatementKey& key = after.key.referral;
  if (!IsSettled(after)) {
    return IsSettled(before) ? tx.erasures().Unsettle(key) : absl::OkStatus();
  }
  const store::Transaction& read = tx;
  const absl::StatusOr<std::vector<store::TaskRecord>> tasks = read.referrals().Tasks(key);
  if (absl::IsDataLoss(tasks.status())) return absl::OkStatus();
  if (!tasks.ok()) return tasks.status();
  if (!std::all_of(tasks->begin(), tasks->end(), IsSettled)) return absl::OkStatus();
  store::Ending ending = store::Ending::kCompleted;
  if (std::all_of(tasks->begin(), tasks->end(), EndedEarly)) {
    // What cannot be read may have been disclosed.
    const absl::StatusOr<bool> disclosed = Disclosed(read, *tasks);
    if (!disclosed.ok() && !absl::IsDataLoss(disclosed.status())) return disclosed.status();
    ending = disclosed.value_or(true) ? store::Ending::kEnded : store::Ending::kUndisclosed;
  }
  return tx.erasures().Settle(key, ending, now);
}

}  // namespace amana::delivery
