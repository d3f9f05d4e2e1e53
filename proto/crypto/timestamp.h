// RFC 3161 timestamp tokens: that these bytes existed at a time, in the words of an authority that
// is believed here. Pure; thread-safe.
#ifndef AMANA_PROTO_CRYPTO_TIMESTAMP_H_
#define AMANA_PROTO_CRYPTO_TIMESTAMP_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace amana::crypto {

// `token` is a TimeStampResp or its TimeStampToken (DER), `roots_pem` the authorities' root
// certificates. The time that it states (whole seconds), when
//   it is of `data`, by SHA-256, SHA-384 or SHA-512                        TIMESTAMP_MISMATCH
//   its signature and structure are right (RFC 3161 section 2.4.2)         TIMESTAMP_INVALID
//   its signer, for timestamps alone, chains to one of the roots and all
//   certificates of that chain were valid at the time that it states       TIMESTAMP_UNTRUSTED
// TIMESTAMP_MALFORMED for what is no token. `field` is for the messages.
absl::StatusOr<absl::Time> VerifyTimestamp(std::string_view token, std::string_view data,
                                           std::string_view roots_pem, std::string_view field);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_TIMESTAMP_H_
