// The error catalogue of the police adapter. Messages name fields and codes, never an OB number or
// a content. What the native format lacks is runtime::NativeFormatInvalid.
#ifndef AMANA_AGENCY_ADAPTERS_POLICE_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_POLICE_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::police {

absl::Status CaseUnknown(std::string_view field);  // kNotFound CASE_UNKNOWN
// kUnavailable CASE_PENDING: one is with the police of which this side has not been told yet.
absl::Status CasePending(std::string_view field);
absl::Status CaseAmbiguous(std::string_view field);  // kFailedPrecondition CASE_AMBIGUOUS

// The police system's answer, or that there was none. Tried again but for the last.
absl::Status NativeUnavailable(std::string_view why);  // kUnavailable NATIVE_UNAVAILABLE
absl::Status NativeTimeout();                          // kDeadlineExceeded NATIVE_TIMEOUT
absl::Status NativeBadCertificate();                   // kUnavailable NATIVE_BAD_CERTIFICATE
// kFailedPrecondition NATIVE_REFUSED: a 4xx, or an answer that cannot be read.
absl::Status NativeRefused(std::string_view field, std::string_view why);

}  // namespace amana::police

#endif  // AMANA_AGENCY_ADAPTERS_POLICE_ERRORS_H_
