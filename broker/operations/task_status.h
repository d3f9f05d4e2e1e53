// How tasks, deliveries and referrals are shown to their parties.
#ifndef AMANA_BROKER_OPERATIONS_TASK_STATUS_H_
#define AMANA_BROKER_OPERATIONS_TASK_STATUS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/referral_service.pb.h"
#include "broker/store/store.h"

namespace amana::operations {

// `agency`: the sender sees everything; a recipient its own tasks, without what was withheld.
absl::StatusOr<std::vector<v1::TaskStatus>> TaskStatuses(const store::Snapshot& snapshot,
                                                         const StatementKey& key,
                                                         const AgencyId& agency);
// A task as its sender sees it, without its deliveries.
v1::TaskStatus SenderStatus(const store::TaskRecord& task);
// The state is derived from the tasks that `agency` may see.
absl::StatusOr<v1::ReferralSummary> Summarise(const store::Snapshot& snapshot,
                                              const store::ReferralRecord& referral,
                                              const AgencyId& agency);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_TASK_STATUS_H_
