// What time does to a task that nobody acts on: reminds, asks the next candidate, goes to the
// coordinator, alerts (referral/escalation.h).
#ifndef AMANA_BROKER_DELIVERY_LADDER_H_
#define AMANA_BROKER_DELIVERY_LADDER_H_

#include "absl/status/status.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/policy.h"
#include "broker/store/store.h"

namespace amana::delivery {

// One rung of a task whose clock is due, if it is still due as things are now; the clock goes on
// from there. A referral that cannot be read escalates all the same, with what the task alone says.
absl::Status Climb(store::Transaction& tx, const Moment& moment, const Policy& policy,
                   const store::TaskRecord& task);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_LADDER_H_
