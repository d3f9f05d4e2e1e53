#ifndef AMANA_BROKER_OPERATIONS_REPORT_OUTCOME_H_
#define AMANA_BROKER_OPERATIONS_REPORT_OUTCOME_H_

#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// What came of a service: COMPLETED, or FAILED, which is the coordinator's at once. The note is for
// the sender's unit alone. Errors of Answer; FIELD_INVALID for an outcome of the other kind.
void ReportOutcome(const Context& context, const identity::Caller& caller,
                   const v1::ReportOutcomeRequest& request, Reply<v1::ReportOutcomeResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_REPORT_OUTCOME_H_
