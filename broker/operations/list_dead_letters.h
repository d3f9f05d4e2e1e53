// ListDeadLetters: deliveries that need an operator. No case content.
#ifndef AMANA_BROKER_OPERATIONS_LIST_DEAD_LETTERS_H_
#define AMANA_BROKER_OPERATIONS_LIST_DEAD_LETTERS_H_

#include "amana/v1/admin_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// FIELD_INVALID for a page size over 200 or a token that is not ours.
absl::StatusOr<v1::ListDeadLettersResponse> ListDeadLetters(
    const Context& context, const v1::ListDeadLettersRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_LIST_DEAD_LETTERS_H_
