#include "certs/errors.h"

#include <string>

#include "base/status.h"

namespace amana::certs {

absl::Status AgencyUnknown(std::string_view agency) {
  return MakeError(absl::StatusCode::kNotFound, "AGENCY_UNKNOWN", "agency",
                   "agency " + std::string(agency) +
                       " has no issuing CA in this folder; make one with `amana-pki agency`");
}

absl::Status KeyReused() {
  return MakeError(absl::StatusCode::kInvalidArgument, "KEY_REUSED", "csr",
                   "the request is for the old certificate's key; a rotation needs a new key");
}

absl::Status CertRevoked(std::string_view fingerprint) {
  return MakeError(absl::StatusCode::kPermissionDenied, "CERT_REVOKED", "cert",
                   std::string(fingerprint) + " is revoked; sign a new one instead of rotating it");
}

absl::Status DaysInvalid(int days) {
  return MakeError(absl::StatusCode::kInvalidArgument, "DAYS_INVALID", "days",
                   std::to_string(days) + " days: must be 1 to 7300");
}

absl::Status NothingToRevoke(std::string_view whose) {
  return MakeError(absl::StatusCode::kNotFound, "NOTHING_TO_REVOKE", "",
                   std::string(whose) + " has no certificate in force here");
}

absl::Status NoRequests(std::string_view folder) {
  return MakeError(absl::StatusCode::kNotFound, "NO_REQUESTS", "--keys",
                   std::string(folder) + " has no request (.csr): make keys there first");
}

absl::Status RequestNameUnknown(std::string_view name) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "REQUEST_NAME_UNKNOWN", "--keys",
      std::string(name) +
          ": expected tls, signing, sealing or person, as `amana keys new` names them");
}

}  // namespace amana::certs
