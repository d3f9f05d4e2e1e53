// The error catalogue of certs/.
#ifndef AMANA_CERTS_ERRORS_H_
#define AMANA_CERTS_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::certs {

absl::Status AgencyUnknown(std::string_view agency);     // AGENCY_UNKNOWN, kNotFound
absl::Status KeyReused();                                // KEY_REUSED, kInvalidArgument
absl::Status CertRevoked(std::string_view fingerprint);  // CERT_REVOKED, kPermissionDenied
absl::Status DaysInvalid(int days);                      // DAYS_INVALID, kInvalidArgument

}  // namespace amana::certs

#endif  // AMANA_CERTS_ERRORS_H_
