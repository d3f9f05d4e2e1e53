// Brings a stored task as far as consent and wraps allow: after a grant came, or a consent.
#ifndef AMANA_BROKER_OPERATIONS_ROUTE_TASK_H_
#define AMANA_BROKER_OPERATIONS_ROUTE_TASK_H_

#include "absl/status/status.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/policy.h"
#include "broker/delivery/recorder.h"
#include "broker/store/store.h"

namespace amana::operations {

// For a task in NEEDS_WRAP or BLOCKED_CONSENT: decides consent again; where it permits and there is
// a grant for the recipient's current certificate, the task is ROUTED and its delivery queued (one
// that was withheld goes back into the queue). Other states are left alone.
absl::Status RouteTask(store::Transaction& tx, const delivery::Moment& moment,
                       const delivery::Policy& policy, const delivery::Evidence& evidence,
                       const store::ReferralRecord& referral, store::TaskRecord task);

// The decision on a stored task, from the header and sections as they were accepted.
absl::StatusOr<consent::Decision> DecideStored(const store::Snapshot& snapshot,
                                               const delivery::Moment& moment,
                                               const store::TaskRecord& task,
                                               consent::Attempt attempt);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ROUTE_TASK_H_
