// AddWraps: grants for a further certificate, signed by the sender.
#ifndef AMANA_BROKER_OPERATIONS_ADD_WRAPS_H_
#define AMANA_BROKER_OPERATIONS_ADD_WRAPS_H_

#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// All or nothing; the grants must be of one referral. Errors: those of CheckGrant and CheckedGrant,
// FIELD_INVALID, NOT_FOUND; the store's. The same grant again, however late,
// changes nothing and gets the first receipt.
void AddWraps(const Context& context, const identity::Caller& caller, v1::AddWrapsRequest request,
              Reply<v1::AddWrapsResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ADD_WRAPS_H_
