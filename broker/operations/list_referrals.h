// ListReferrals: what the caller sent or was given, newest first.
#ifndef AMANA_BROKER_OPERATIONS_LIST_REFERRALS_H_
#define AMANA_BROKER_OPERATIONS_LIST_REFERRALS_H_

#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// FIELD_INVALID for a page size over 200 or a token that is not ours. A page may hold fewer than
// asked for where states are filtered.
absl::StatusOr<v1::ListReferralsResponse> ListReferrals(const Context& context,
                                                        const identity::Caller& caller,
                                                        const v1::ListReferralsRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_LIST_REFERRALS_H_
