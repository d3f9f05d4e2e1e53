// What ends with its referral's time, and what stands in for a referral that cannot be read.
#ifndef AMANA_BROKER_DELIVERY_EXPIRE_H_
#define AMANA_BROKER_DELIVERY_EXPIRE_H_

#include "absl/status/status.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/policy.h"
#include "broker/store/store.h"

namespace amana::delivery {

// The task's referral has expired: EXPIRED, what was never disclosed as well, the rest recalled.
// A referral or delivery that cannot be read does not keep the task alive.
absl::Status Expire(store::Transaction& tx, const Moment& moment, const Policy& policy,
                    store::TaskRecord task);

// What events can say of a referral whose own record cannot be read.
store::ReferralRecord StandIn(const StatementKey& referral, v1::Urgency urgency);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_EXPIRE_H_
