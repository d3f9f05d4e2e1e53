#ifndef AMANA_BROKER_OPERATIONS_GET_TIMELINE_H_
#define AMANA_BROKER_OPERATIONS_GET_TIMELINE_H_

#include "absl/status/statusor.h"
#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// A referral's tasks with the offers that are over and what happens next. Its sender sees all of
// it, a recipient its own tasks and of them what it owes itself, a coordinator what is in the
// queue; to everybody else there is none (NOT_FOUND).
absl::StatusOr<v1::GetTimelineResponse> GetTimeline(const Context& context,
                                                    const identity::Caller& caller,
                                                    const v1::GetTimelineRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_GET_TIMELINE_H_
