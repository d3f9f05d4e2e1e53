// What changes do to a task that nobody was found for, or whose chosen recipient can be asked no
// more. Both run inside a store transaction.
#ifndef AMANA_BROKER_DELIVERY_UNROUTED_H_
#define AMANA_BROKER_DELIVERY_UNROUTED_H_

#include "absl/status/status.h"
#include "broker/delivery/moment.h"
#include "broker/delivery/recorder.h"
#include "broker/store/store.h"

namespace amana::delivery {

// For a task in UNROUTABLE: looked for again, if anything is left to offer.
absl::Status LookForAnyone(store::Transaction& tx, const Moment& moment,
                           const store::ReferralRecord& referral, const store::TaskRecord& task);

// For a task in BLOCKED_CONSENT that stays so with its recipient: where its sender named nobody,
// another may be permitted. `evidence` and `actor`: who brought what has changed.
absl::Status LookElsewhere(store::Transaction& tx, const Moment& moment,
                           const store::ReferralRecord& referral, const store::TaskRecord& task,
                           referral::Actor actor, const Evidence& evidence);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_UNROUTED_H_
