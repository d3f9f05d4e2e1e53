// GetReferral: a referral with its tasks, for its parties.
#ifndef AMANA_BROKER_OPERATIONS_GET_REFERRAL_H_
#define AMANA_BROKER_OPERATIONS_GET_REFERRAL_H_

#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// NOT_FOUND unless the caller sent it or was given something of it.
absl::StatusOr<v1::GetReferralResponse> GetReferral(const Context& context,
                                                    const identity::Caller& caller,
                                                    const v1::GetReferralRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_GET_REFERRAL_H_
