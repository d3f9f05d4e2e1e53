#ifndef AMANA_BROKER_OPERATIONS_RECORD_CALL_H_
#define AMANA_BROKER_OPERATIONS_RECORD_CALL_H_

#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// A person of the sender's, of the recipient's, or a coordinator says who was called about an
// offer, when, and what came of it. But where nobody was reached no call is owed any more. To
// others there is no such referral (NOT_FOUND). FIELD_INVALID, OFFER_EPOCH_OUTDATED, NO_OFFER where
// nothing is offered to anybody, and those of VerifyStatement.
void RecordCall(const Context& context, const identity::Caller& caller,
                const v1::RecordCallRequest& request, Reply<v1::RecordCallResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_RECORD_CALL_H_
