// SetLegalHold: two persons of an agency stop the erasure of a referral, or let it go on.
#ifndef AMANA_BROKER_OPERATIONS_SET_LEGAL_HOLD_H_
#define AMANA_BROKER_OPERATIONS_SET_LEGAL_HOLD_H_

#include "amana/v1/admin_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// A hold is the caller's agency's own, on every version of the referral, which it must be a party
// to; nothing of the referral is erased while any agency holds it. The same two statements again
// get the first receipt. Errors: those of VerifyStatement; CLOCK_NOT_TRUSTED, SIGNER_NOT_PERSON,
// SIGNERS_NOT_TWO (one person, or one certificate, twice), FIELD_INVALID (not two statements of the
// same matter, or one that has been used before), NOT_FOUND (the referral; a hold to be ended).
void SetLegalHold(const Context& context, const identity::Caller& caller,
                  const v1::SetLegalHoldRequest& request, Reply<v1::SetLegalHoldResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_SET_LEGAL_HOLD_H_
