// RedriveDelivery: an operator queues a dead letter again.
#ifndef AMANA_BROKER_OPERATIONS_REDRIVE_DELIVERY_H_
#define AMANA_BROKER_OPERATIONS_REDRIVE_DELIVERY_H_

#include "amana/v1/admin_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Errors: those of VerifyStatement; SIGNER_NOT_OPERATOR, SIGNER_NOT_PERSON, NOT_FOUND,
// FIELD_INVALID, and the state machine's. Consent is decided again before it is leased. The same
// bytes again get the first receipt.
void RedriveDelivery(const Context& context, const identity::Caller& caller,
                     const v1::RedriveDeliveryRequest& request,
                     Reply<v1::RedriveDeliveryResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_REDRIVE_DELIVERY_H_
