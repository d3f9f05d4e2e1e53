// Decide: a person accepts or rejects an offer; acceptance queues the AT_ACCEPT sections.
#ifndef AMANA_BROKER_OPERATIONS_DECIDE_H_
#define AMANA_BROKER_OPERATIONS_DECIDE_H_

#include "amana/v1/delivery_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Errors: those of Answer; SIGNER_NOT_PERSON, OFFER_EPOCH_OUTDATED, FIELD_INVALID, and the state
// machines'.
void Decide(const Context& context, const identity::Caller& caller,
            const v1::DecideRequest& request, Reply<v1::DecideResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_DECIDE_H_
