#ifndef AMANA_BROKER_OPERATIONS_START_SERVICE_H_
#define AMANA_BROKER_OPERATIONS_START_SERVICE_H_

#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// The service that a recipient accepted has begun: IN_PROGRESS. Errors of Answer.
void StartService(const Context& context, const identity::Caller& caller,
                  const v1::StartServiceRequest& request, Reply<v1::StartServiceResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_START_SERVICE_H_
