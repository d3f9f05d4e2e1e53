#ifndef AMANA_BROKER_OPERATIONS_ACT_ON_ITEM_H_
#define AMANA_BROKER_OPERATIONS_ACT_ON_ITEM_H_

#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// A coordinator assigns an item of the queue, annotates it, names whom the task is offered to, or
// closes it. COORDINATOR_REQUIRED; NOT_FOUND for an item of another task; ITEM_CLOSED; NO_CANDIDATE
// when the named one cannot be asked; REFERRAL_EXPIRED when the referral's own time is over;
// SLA_NOT_MISSED when its recipient still has time; TRANSITION_NOT_ALLOWED, FIELD_INVALID, and
// those of VerifyStatement.
void ActOnItem(const Context& context, const identity::Caller& caller,
               const v1::ActOnItemRequest& request, Reply<v1::ActOnItemResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ACT_ON_ITEM_H_
