#ifndef AMANA_BROKER_OPERATIONS_REROUTE_TASK_H_
#define AMANA_BROKER_OPERATIONS_REROUTE_TASK_H_

#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// A person of the sender's has a task that was REJECTED or has FAILED asked of another candidate:
// the one that is named, or the next. NO_CANDIDATE when there is none that may be asked;
// REFERRAL_EXPIRED when the referral's own time is over; SENDER_NOT_CALLER, OFFER_EPOCH_OUTDATED,
// TRANSITION_NOT_ALLOWED, those of VerifyStatement.
void RerouteTask(const Context& context, const identity::Caller& caller,
                 const v1::RerouteTaskRequest& request, Reply<v1::RerouteTaskResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_REROUTE_TASK_H_
