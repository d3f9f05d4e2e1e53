// MarkSeen: a person read a delivery.
#ifndef AMANA_BROKER_OPERATIONS_MARK_SEEN_H_
#define AMANA_BROKER_OPERATIONS_MARK_SEEN_H_

#include "amana/v1/delivery_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Errors: those of Answer; SIGNER_NOT_PERSON, OFFER_EPOCH_OUTDATED, and the state machines'.
void MarkSeen(const Context& context, const identity::Caller& caller,
              const v1::MarkSeenRequest& request, Reply<v1::MarkSeenResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_MARK_SEEN_H_
