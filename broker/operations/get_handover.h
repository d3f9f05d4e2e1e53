#ifndef AMANA_BROKER_OPERATIONS_GET_HANDOVER_H_
#define AMANA_BROKER_OPERATIONS_GET_HANDOVER_H_

#include "amana/v1/handover_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// NOT_FOUND to whoever is neither a side of the attempt nor the referral's sender.
absl::StatusOr<v1::GetHandoverResponse> GetHandover(const Context& context,
                                                    const identity::Caller& caller,
                                                    const v1::GetHandoverRequest& request);

// The attempts in which the caller's agency hands over or receives. FIELD_INVALID,
// PAGE_TOKEN_INVALID.
absl::StatusOr<v1::ListHandoversResponse> ListHandovers(const Context& context,
                                                        const identity::Caller& caller,
                                                        const v1::ListHandoversRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_GET_HANDOVER_H_
