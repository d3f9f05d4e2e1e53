// GetConsent: a consent record as it was signed.
#ifndef AMANA_BROKER_OPERATIONS_GET_CONSENT_H_
#define AMANA_BROKER_OPERATIONS_GET_CONSENT_H_

#include "amana/v1/consent_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// For its recorder; for those who received under it the versions up to that one. Else NOT_FOUND.
absl::StatusOr<v1::GetConsentResponse> GetConsent(const Context& context,
                                                  const identity::Caller& caller,
                                                  const v1::GetConsentRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_GET_CONSENT_H_
