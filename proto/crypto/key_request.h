// Keys are made where they are used: this makes a key and the request for its certificate in a
// folder of the machine that will hold it. Only the request travels.
#ifndef AMANA_PROTO_CRYPTO_KEY_REQUEST_H_
#define AMANA_PROTO_CRYPTO_KEY_REQUEST_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/crypto/spiffe.h"
#include "proto/crypto/x509.h"

namespace amana::crypto {

struct KeyRequest {
  std::string key_path;  // <dir>/<name>.key, mode 0400
  std::string csr_path;  // <dir>/<name>.csr
  std::string csr_pem;
};

// Makes `dir` (0700) when it is missing. `name` is a plain file name; the usual ones are
// UsageName(usage). Errors: FILE_EXISTS (a key is never overwritten), those of base/durable_file.h,
// CERT_USAGE_INVALID (kCa is not asked for this way), KEY_INVALID (a bad name), SPIFFE_ID_INVALID.
absl::StatusOr<KeyRequest> NewKeyAndCsr(const std::string& dir, std::string_view name,
                                        const SpiffeId& spiffe, CertUsage usage);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_KEY_REQUEST_H_
