#ifndef AMANA_BROKER_OPERATIONS_GET_CUSTODY_H_
#define AMANA_BROKER_OPERATIONS_GET_CUSTODY_H_

#include "amana/v1/handover_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Who answers for the person of a referral that the caller sent or was given something of, or for
// whom it is responsible. NOT_FOUND to others. Its sender and whoever is responsible are told all;
// a mere recipient only what concerns itself.
absl::StatusOr<v1::GetCustodyResponse> GetCustody(const Context& context,
                                                  const identity::Caller& caller,
                                                  const v1::GetCustodyRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_GET_CUSTODY_H_
