// RFC 3161 timestamp tokens: that these bytes existed at a time, in the words of an authority that
// is believed here, and the requests that authorities answer with them. Thread-safe.
#ifndef AMANA_PROTO_CRYPTO_TIMESTAMP_H_
#define AMANA_PROTO_CRYPTO_TIMESTAMP_H_

#include <string>
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

// A request for a token of `data` by SHA-256 (RFC 3161 section 2.4.1), with a random nonce and with
// the signer's certificate asked for. CRYPTO_FAILED only.
struct TimestampRequest {
  std::string der;
  std::string nonce;  // big-endian, as the answer must repeat it
};
absl::StatusOr<TimestampRequest> MakeTimestampRequest(std::string_view data);

// The token (DER) of an authority's answer to `request`, which was made of `data`, and its time.
//   TIMESTAMP_MALFORMED   no TimeStampResp
//   TIMESTAMP_REFUSED     the authority grants nothing
//   TIMESTAMP_REPLAYED    it answers another request: another nonce, or none
// and those of VerifyTimestamp.
struct GrantedTimestamp {
  std::string token;
  absl::Time time;
};
absl::StatusOr<GrantedTimestamp> OpenTimestampAnswer(std::string_view answer,
                                                     const TimestampRequest& request,
                                                     std::string_view data,
                                                     std::string_view roots_pem);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_TIMESTAMP_H_
