#ifndef AMANA_BROKER_OPERATIONS_SET_CANDIDATES_H_
#define AMANA_BROKER_OPERATIONS_SET_CANDIDATES_H_

#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// The sender's next order of candidates. An offer that is open stays; a task that nobody could be
// found for, or whose chosen recipient is not in it, is looked at again. Errors of
// envelope::CheckCandidateOrder and VerifySigner; ORDER_OUT_OF_SEQUENCE unless its number is one
// more than the last; SENDER_NOT_CALLER, NOT_FOUND, ERASED.
void SetCandidates(const Context& context, const identity::Caller& caller,
                   const v1::SetCandidatesRequest& request, Reply<v1::SetCandidatesResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_SET_CANDIDATES_H_
