// AttachConsent: a sender lets a referral rest on another consent record than its header pins.
#ifndef AMANA_BROKER_OPERATIONS_ATTACH_CONSENT_H_
#define AMANA_BROKER_OPERATIONS_ATTACH_CONSENT_H_

#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// From here on decisions read the attached record as the pinned one; what it permits beyond the
// last is routed, what it does not is taken back. The newest attachment counts.
//
// Errors: those of VerifyStatement; NOT_FOUND (the referral, or a record of the same person with
// this digest), SENDER_NOT_CALLER, HEADER_DIGEST_MISMATCH, EQUIVOCATION.
void AttachConsent(const Context& context, const identity::Caller& caller,
                   const v1::AttachConsentRequest& request, Reply<v1::AttachConsentResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ATTACH_CONSENT_H_
