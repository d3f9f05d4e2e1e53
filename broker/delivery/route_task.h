// Brings a stored task as far as consent and wraps allow: after a grant came, a consent, or its
// time.
#ifndef AMANA_BROKER_DELIVERY_ROUTE_TASK_H_
#define AMANA_BROKER_DELIVERY_ROUTE_TASK_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/policy.h"
#include "broker/delivery/recorder.h"
#include "broker/referral/actor.h"
#include "broker/store/store.h"

namespace amana::delivery {

// The decision on a stored task, which has a recipient, from the header and sections as they were
// accepted.
absl::StatusOr<consent::Decision> DecideStored(const store::Snapshot& snapshot,
                                               const Moment& moment, const store::TaskRecord& task,
                                               consent::Attempt attempt);

// For a task in NEEDS_WRAP: decides consent again and goes on as RouteDecided, or blocks it. Other
// states are left alone.
absl::Status RouteTask(store::Transaction& tx, const Moment& moment, const Policy& policy,
                       const Evidence& evidence, const store::ReferralRecord& referral,
                       const store::TaskRecord& task);

// For a task in NEEDS_WRAP or BLOCKED_CONSENT on which `decision`, which delivers, was made: where
// there is a grant for the recipient's current certificate, it is ROUTED and its delivery queued
// (one that was withheld goes back into the queue), else it waits for one. `released_by`: who takes
// it out of BLOCKED_CONSENT.
absl::Status RouteDecided(store::Transaction& tx, const Moment& moment, const Evidence& evidence,
                          const store::ReferralRecord& referral, store::TaskRecord task,
                          const consent::Decision& decision, referral::Actor released_by);

// Keeps when time could next change the decision on a task. No event: nothing that a task is has
// changed.
absl::Status KeepDecideAt(store::Transaction& tx, store::TaskRecord task, absl::Time decide_at);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_ROUTE_TASK_H_
