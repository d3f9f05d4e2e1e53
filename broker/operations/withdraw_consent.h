// WithdrawConsent: the person says no.
#ifndef AMANA_BROKER_OPERATIONS_WITHDRAW_CONSENT_H_
#define AMANA_BROKER_OPERATIONS_WITHDRAW_CONSENT_H_

#include "amana/v1/consent_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// From the recorder, a Children Office, or an agency that has referred the person or received
// something of them. Answered when durable and no delivery of the person's is being written:
// nothing under the consent can begin any more. It does not wait until each of the person's tasks
// is decided again: those beyond the first slice are, one slice after the other, from then on. The
// recorder's withdrawal is shown to those whom it recalls from; another agency's is not, because it
// tells where the person is. The counts are of the caller's own referrals and deliveries, of the
// first slice. Errors: those of VerifyStatement and FromWithdrawal; SENDER_NOT_CALLER, NOT_FOUND,
// ALREADY_WITHDRAWN; the store's.
void WithdrawConsent(const Context& context, const identity::Caller& caller,
                     const v1::WithdrawConsentRequest& request,
                     Reply<v1::WithdrawConsentResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_WITHDRAW_CONSENT_H_
