// AnswerRecall: a recipient deleted what was recalled, or says on what law it keeps it.
#ifndef AMANA_BROKER_OPERATIONS_ANSWER_RECALL_H_
#define AMANA_BROKER_OPERATIONS_ANSWER_RECALL_H_

#include "amana/v1/delivery_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Errors: those of Answer; FIELD_INVALID, and the state machines'.
void AnswerRecall(const Context& context, const identity::Caller& caller,
                  const v1::AnswerRecallRequest& request, Reply<v1::AnswerRecallResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ANSWER_RECALL_H_
