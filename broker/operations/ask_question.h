#ifndef AMANA_BROKER_OPERATIONS_ASK_QUESTION_H_
#define AMANA_BROKER_OPERATIONS_ASK_QUESTION_H_

#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// A recipient's person needs to know more before it decides: INFO_REQUESTED. The note is for the
// sender's unit alone. Errors of Answer; FIELD_INVALID for categories that are none or not
// ascending.
void AskQuestion(const Context& context, const identity::Caller& caller,
                 const v1::AskQuestionRequest& request, Reply<v1::AskQuestionResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ASK_QUESTION_H_
