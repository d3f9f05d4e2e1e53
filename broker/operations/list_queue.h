#ifndef AMANA_BROKER_OPERATIONS_LIST_QUEUE_H_
#define AMANA_BROKER_OPERATIONS_LIST_QUEUE_H_

#include "absl/status/statusor.h"
#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// The coordinator's queue. COORDINATOR_REQUIRED; FIELD_INVALID, ID_INVALID, PAGE_TOKEN_INVALID.
absl::StatusOr<v1::ListQueueResponse> ListQueue(const Context& context,
                                                const identity::Caller& caller,
                                                const v1::ListQueueRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_LIST_QUEUE_H_
