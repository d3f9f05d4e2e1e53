// The list of revoked certificates, by fingerprint: a text file, one line each,
//   <hex SHA-256 of the DER> <RFC 3339 time> <reason>
// Blank lines and lines starting with '#' are skipped. `amana-pki revoke` writes it, brokers and
// adapters read it.
#ifndef AMANA_PROTO_CRYPTO_REVOCATION_LIST_H_
#define AMANA_PROTO_CRYPTO_REVOCATION_LIST_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"

namespace amana::crypto {

struct Revocation {
  CertId certificate;
  absl::Time revoked_at;  // between 1970 and 9999; written in whole seconds
  std::string reason;     // 1..200 printable ASCII characters, one line
};

// REVOCATION_LIST_INVALID naming the line: a list that cannot be read whole is not used at all.
absl::StatusOr<std::vector<Revocation>> ParseRevocationList(std::string_view text);

// One line with its newline. REVOCATION_LIST_INVALID for a reason or time of another form.
absl::StatusOr<std::string> FormatRevocation(const Revocation& revocation);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_REVOCATION_LIST_H_
