// The error catalogue of the consent room. A decision is never an error: DENY is an answer. These
// are about statements that cannot be taken as consent, exclusion or withdrawal at all; none is
// retryable. Messages name fields and rules, never values.
#ifndef AMANA_BROKER_CONSENT_ERRORS_H_
#define AMANA_BROKER_CONSENT_ERRORS_H_

#include <string_view>

#include "base/status.h"

namespace amana::consent {

// kInvalidArgument CONSENT_FIELD_INVALID naming `field` ("consent.valid_until_unix_ms").
absl::Status ConsentFieldInvalid(std::string_view field, std::string_view message);
// kInvalidArgument HEADER_FIELD_INVALID naming `field` of the referral header.
absl::Status HeaderFieldInvalid(std::string_view field, std::string_view message);

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_ERRORS_H_
