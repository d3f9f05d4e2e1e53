// The way a person has come: the referrals that a referral follows from. All inside a snapshot.
#ifndef AMANA_BROKER_DELIVERY_CHAIN_H_
#define AMANA_BROKER_DELIVERY_CHAIN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "broker/store/store.h"

namespace amana::v1 {
class ReferralHeader;
}  // namespace amana::v1

namespace amana::delivery {

// Further back nobody looks.
inline constexpr int kLongestChain = 32;

// Whether the referral that this one follows from is the same person's, and was disclosed to the
// agency that sends this one. Of a header with a parent.
absl::StatusOr<bool> ReceivedParent(const store::Snapshot& snapshot,
                                    const v1::ReferralHeader& header);

// The agencies that have referred the person on this way, the last first: to refer them there again
// would be a loop. Nobody where the sender has not received the parent: who only knows its
// reference learns nothing of who stands behind it.
absl::StatusOr<std::vector<AgencyId>> ChainOf(const store::Snapshot& snapshot,
                                              const v1::ReferralHeader& header);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_CHAIN_H_
