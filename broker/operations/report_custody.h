#ifndef AMANA_BROKER_OPERATIONS_REPORT_CUSTODY_H_
#define AMANA_BROKER_OPERATIONS_REPORT_CUSTODY_H_

#include "amana/v1/handover_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Where the person is now, signed by a person of the agency that is responsible or has them with
// it: who is responsible stays as it is. Errors of ParseCustodyReport and VerifySigner;
// CLOCK_NOT_TRUSTED; NOT_FOUND to everybody else; CUSTODY_OUTDATED, CUSTODY_IN_HANDOVER.
void ReportCustody(const Context& context, const identity::Caller& caller,
                   const v1::ReportCustodyRequest& request, Reply<v1::ReportCustodyResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_REPORT_CUSTODY_H_
