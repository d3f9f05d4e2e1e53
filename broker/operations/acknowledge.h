// Acknowledge: a recipient's system opened and stored a delivery (RECEIVED).
#ifndef AMANA_BROKER_OPERATIONS_ACKNOWLEDGE_H_
#define AMANA_BROKER_OPERATIONS_ACKNOWLEDGE_H_

#include "amana/v1/delivery_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Errors: those of Answer; DELIVERY_NOT_LEASED (it comes again), ALREADY_ACKNOWLEDGED,
// DELIVERY_RECALLED, OFFER_EPOCH_OUTDATED, SECTION_MISMATCH where it names another section or
// commitment than was sent.
void Acknowledge(const Context& context, const identity::Caller& caller,
                 const v1::AcknowledgeRequest& request, Reply<v1::AcknowledgeResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ACKNOWLEDGE_H_
