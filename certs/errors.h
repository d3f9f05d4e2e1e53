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
absl::Status NothingToRevoke(std::string_view whose);    // NOTHING_TO_REVOKE, kNotFound
absl::Status NoRequests(std::string_view folder);        // NO_REQUESTS, kNotFound
// REQUEST_NAME_UNKNOWN, kInvalidArgument: a request that the name does not say the usage of.
absl::Status RequestNameUnknown(std::string_view name);

}  // namespace amana::certs

#endif  // AMANA_CERTS_ERRORS_H_
