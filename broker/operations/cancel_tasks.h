// Ends what is open of a referral, for Cancel and for a newer version.
#ifndef AMANA_BROKER_OPERATIONS_CANCEL_TASKS_H_
#define AMANA_BROKER_OPERATIONS_CANCEL_TASKS_H_

#include <optional>

#include "absl/status/statusor.h"
#include "broker/delivery/policy.h"
#include "broker/delivery/recorder.h"
#include "broker/store/store.h"

namespace amana::operations {

struct Cancelled {
  int tasks = 0;
  uint64_t last_event = 0;  // of the last task that was cancelled
};

// Moves every task that the table lets the sender cancel to CANCELLED (ENTERED_IN_ERROR, where it
// rests in SUBMITTED) and takes its deliveries back; `cause`, where there is one, is shown with
// each recall to its recipient.
absl::StatusOr<Cancelled> CancelTasks(store::Transaction& tx, const store::ReferralRecord& referral,
                                      absl::Time now, const delivery::Policy& policy,
                                      const delivery::Evidence& evidence, v1::Reason reason,
                                      const std::optional<store::StatementRecord>& cause);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_CANCEL_TASKS_H_
