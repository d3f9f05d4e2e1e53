// How tasks, deliveries and referrals are shown to their parties.
#ifndef AMANA_BROKER_OPERATIONS_TASK_STATUS_H_
#define AMANA_BROKER_OPERATIONS_TASK_STATUS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/referral_service.pb.h"
#include "broker/identity/caller.h"
#include "broker/store/store.h"

namespace amana::operations {

// The sender's agency sees everything; a recipient the tasks of units it acts for, with the
// deliveries that were disclosed, and nothing of what was withheld.
absl::StatusOr<std::vector<v1::TaskStatus>> TaskStatuses(const store::Snapshot& snapshot,
                                                         const StatementKey& key,
                                                         const identity::Caller& caller);
// As its sender sees it.
absl::StatusOr<std::vector<v1::TaskStatus>> SenderStatuses(const store::Snapshot& snapshot,
                                                           const StatementKey& key);
// A task as its sender sees it, without its deliveries.
v1::TaskStatus SenderStatus(const store::TaskRecord& task);
// A task as a coordinator sees it: where it stands, without its deliveries and the consent's rules.
v1::TaskStatus CoordinatorStatus(const store::TaskRecord& task);
// The state is derived from `visible`, the tasks that the reader may see.
v1::ReferralSummary Summarise(const store::ReferralRecord& referral,
                              const std::vector<v1::TaskStatus>& visible);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_TASK_STATUS_H_
