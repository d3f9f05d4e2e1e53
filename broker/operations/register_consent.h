// RegisterConsent: a signed consent record.
#ifndef AMANA_BROKER_OPERATIONS_REGISTER_CONSENT_H_
#define AMANA_BROKER_OPERATIONS_REGISTER_CONSENT_H_

#include "amana/v1/consent_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Errors: those of VerifyStatement and FromRecord; SENDER_NOT_CALLER, EQUIVOCATION,
// VERSION_OUT_OF_ORDER, NOT_FOUND for a version of another agency's; the store's. The same bytes
// again are answered with the first receipt. Tasks that waited for this consent go on; what a
// narrower version no longer covers is taken back, slice by slice, and then the reply waits until
// nothing of the person's is being written.
void RegisterConsent(const Context& context, const identity::Caller& caller,
                     const v1::RegisterConsentRequest& request,
                     Reply<v1::RegisterConsentResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_REGISTER_CONSENT_H_
