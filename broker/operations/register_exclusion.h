// RegisterExclusion: the person wants an agency or unit kept out.
#ifndef AMANA_BROKER_OPERATIONS_REGISTER_EXCLUSION_H_
#define AMANA_BROKER_OPERATIONS_REGISTER_EXCLUSION_H_

#include "amana/v1/consent_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// Errors: those of VerifyStatement and FromExclusion; SENDER_NOT_CALLER, EQUIVOCATION; the store's.
// What the exclusion forbids cannot be leased any more; it is withheld or recalled, the first of it
// in the same transaction.
void RegisterExclusion(const Context& context, const identity::Caller& caller,
                       const v1::RegisterExclusionRequest& request,
                       Reply<v1::RegisterExclusionResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_REGISTER_EXCLUSION_H_
