// OpenCase: two persons of an auditor's agency have its auditors shown who took part in a case.
#ifndef AMANA_BROKER_OPERATIONS_OPEN_CASE_H_
#define AMANA_BROKER_OPERATIONS_OPEN_CASE_H_

#include "amana/v1/audit_query.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// The case is open to the caller's agency alone, for good, in every version of the referral; what
// of it was erased is not there to be shown. It is an event of the referral, so its sender sees
// that it was opened, and for what. The same two statements again get the first receipt. Errors:
// those of VerifyStatement and CheckCaseOpening; CLOCK_NOT_TRUSTED, SIGNER_NOT_PERSON,
// SIGNERS_NOT_TWO (one person, or one key, twice), FIELD_INVALID (not two statements of the same
// matter, or one that has been used before), NOT_FOUND (no event of that index was told under that
// pseudonym), PSEUDONYMS_UNAVAILABLE.
void OpenCase(const Context& context, const identity::Caller& caller,
              const v1::OpenCaseRequest& request, Reply<v1::OpenCaseResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_OPEN_CASE_H_
