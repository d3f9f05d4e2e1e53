#include "agency-adapters/police/errors.h"

#include <string>

#include "base/status.h"

namespace amana::police {

absl::Status CaseUnknown(std::string_view field) {
  return MakeError(absl::StatusCode::kNotFound, "CASE_UNKNOWN", field,
                   std::string(field) + ": no case of that name is known here");
}

absl::Status CasePending(std::string_view field) {
  return MakeError(absl::StatusCode::kUnavailable, "CASE_PENDING", field,
                   std::string(field) + ": a case is being given to the police: try again");
}

absl::Status CaseAmbiguous(std::string_view field) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "CASE_AMBIGUOUS", field,
                   std::string(field) + ": several cases have it; name one by x:CaseReference");
}

absl::Status NativeUnavailable(std::string_view why) {
  return MakeError(absl::StatusCode::kUnavailable, "NATIVE_UNAVAILABLE", "", why);
}

absl::Status NativeTimeout() {
  return MakeError(absl::StatusCode::kDeadlineExceeded, "NATIVE_TIMEOUT", "",
                   "the police system did not answer in time");
}

absl::Status NativeBadCertificate() {
  return MakeError(absl::StatusCode::kUnavailable, "NATIVE_BAD_CERTIFICATE", "",
                   "TLS with the police system: one side does not believe the other");
}

absl::Status NativeRefused(std::string_view field, std::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "NATIVE_REFUSED", field, why);
}

}  // namespace amana::police
