// ApproveOverride: a person of the approver list approves that a referral goes without consent.
#ifndef AMANA_BROKER_OPERATIONS_APPROVE_OVERRIDE_H_
#define AMANA_BROKER_OPERATIONS_APPROVE_OVERRIDE_H_

#include "amana/v1/consent_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// The approval is an event; then the referral's tasks are decided again, and where the override is
// approved now, its review is due (delivery::Policy). An approver is no party to the referral:
// without its key and its header's digest there is none to be found.
//
// Errors: those of VerifyStatement; SIGNER_NOT_PERSON, APPROVER_NOT_LISTED, FIELD_INVALID,
// NOT_FOUND; APPROVER_IS_SENDER: the header is signed by the same person or key;
// APPROVAL_KEY_REUSED: another approver's key; APPROVAL_LAPSED; ALREADY_APPROVED: this person's
// first approval stands.
void ApproveOverride(const Context& context, const identity::Caller& caller,
                     const v1::ApproveOverrideRequest& request,
                     Reply<v1::ApproveOverrideResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_APPROVE_OVERRIDE_H_
