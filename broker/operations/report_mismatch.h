// ReportMismatch: a person found that what was delivered is not what its sender says it is.
#ifndef AMANA_BROKER_OPERATIONS_REPORT_MISMATCH_H_
#define AMANA_BROKER_OPERATIONS_REPORT_MISMATCH_H_

#include "amana/v1/delivery_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// A coordinator's review is opened with it. The event's detail is three bytes: the kind, the slot's
// category, the one that was found. A recall does not hinder it: what was seen was seen. Errors:
// those of Answer; SIGNER_NOT_PERSON, FIELD_INVALID.
void ReportMismatch(const Context& context, const identity::Caller& caller,
                    const v1::ReportMismatchRequest& request,
                    Reply<v1::ReportMismatchResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_REPORT_MISMATCH_H_
