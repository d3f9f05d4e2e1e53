// Erasure of what referrals hold, once they are settled: at once where nothing was disclosed, after
// a time where something was. Digests, events and the rows of tasks and deliveries stay.
#ifndef AMANA_BROKER_DELIVERY_ERASURE_H_
#define AMANA_BROKER_DELIVERY_ERASURE_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/policy.h"
#include "broker/store/store.h"

namespace amana::delivery {

// So many referrals are erased in one transaction at most: others' works share it, and wait for it.
// Ten thousand are gone in ten seconds still.
inline constexpr size_t kErasedAtOnce = 6;

// Since when a referral must have been settled for its body to be erased at `now`. `policy` must
// outlive it.
store::SettledBefore ErasableAt(const Policy& policy, absl::Time now);

// Erases at most `slice` of the referrals whose time has come and that no legal hold is on; returns
// how many. What is WITHHELD becomes ERASED; each referral has an event. Nothing is erased while
// the clock is in doubt.
absl::StatusOr<size_t> EraseDue(store::Transaction& tx, const Moment& moment, const Policy& policy,
                                size_t slice);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_ERASURE_H_
