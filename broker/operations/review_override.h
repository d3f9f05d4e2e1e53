// ReviewOverride: a person of the approver list judges an override afterwards.
#ifndef AMANA_BROKER_OPERATIONS_REVIEW_OVERRIDE_H_
#define AMANA_BROKER_OPERATIONS_REVIEW_OVERRIDE_H_

#include "amana/v1/consent_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// One that is not upheld ends the override: what rested on it alone is withheld or recalled in the
// same transaction, and the reply waits until nothing of the person's is being written to anybody.
//
// Errors: those of VerifyStatement; SIGNER_NOT_PERSON, APPROVER_NOT_LISTED, FIELD_INVALID,
// NOT_FOUND, NO_OVERRIDE; APPROVER_IS_SENDER and REVIEWER_IS_APPROVER: the same person or key;
// ALREADY_REVIEWED: this person's first review stands.
void ReviewOverride(const Context& context, const identity::Caller& caller,
                    const v1::ReviewOverrideRequest& request,
                    Reply<v1::ReviewOverrideResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_REVIEW_OVERRIDE_H_
