// The error catalogue of proto/crypto. A signature or certificate that does not verify is a refusal
// (kPermissionDenied), never retryable and never kInternal; bytes that do not parse are
// kInvalidArgument. Messages never contain key material or plaintext.
#ifndef AMANA_PROTO_CRYPTO_ERRORS_H_
#define AMANA_PROTO_CRYPTO_ERRORS_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace amana::crypto {

absl::Status SignatureInvalid();                // SIGNATURE_INVALID, refusal
absl::Status AeadOpenFailed();                  // AEAD_OPEN_FAILED, kInvalidArgument
absl::Status KeyInvalid(std::string_view why);  // KEY_INVALID, kInvalidArgument
absl::Status LengthInvalid(std::string_view field, size_t expected, size_t got);  // LENGTH_INVALID
absl::Status LengthTooLarge(std::string_view field, size_t limit);                // LENGTH_INVALID
absl::Status CertificateMalformed(std::string_view why);       // CERT_MALFORMED, kInvalidArgument
absl::Status CertificateProfileInvalid(std::string_view why);  // CERT_PROFILE_INVALID, refusal
absl::Status SpiffeIdInvalid(std::string_view why);            // SPIFFE_ID_INVALID, refusal
absl::Status ChainUntrusted(std::string_view why);             // CHAIN_UNTRUSTED, refusal
absl::Status CertificateExpired(std::string_view which);       // CERT_EXPIRED, refusal
absl::Status CertificateNotYetValid(std::string_view which);   // CERT_NOT_YET_VALID, refusal
absl::Status CertificateUsageInvalid(std::string_view why);    // CERT_USAGE_INVALID, refusal
absl::Status RevocationListInvalid(std::string_view why);      // REVOCATION_LIST_INVALID
absl::Status CsrInvalid(std::string_view why);                 // CSR_INVALID, kInvalidArgument
absl::Status CmsMalformed(std::string_view why);               // CMS_MALFORMED, kInvalidArgument
absl::Status CmsAlgorithmRefused(std::string_view why);        // CMS_ALGORITHM_REFUSED, refusal
absl::Status CmsOpenFailed();                                  // CMS_OPEN_FAILED, kInvalidArgument
absl::Status TimestampMalformed(std::string_view field);  // TIMESTAMP_MALFORMED, kInvalidArgument
absl::Status TimestampMismatch(std::string_view field);   // TIMESTAMP_MISMATCH, refusal
absl::Status TimestampInvalid(std::string_view field);    // TIMESTAMP_INVALID, refusal
absl::Status TimestampRefused();   // TIMESTAMP_REFUSED, kUnavailable: it may grant another
absl::Status TimestampReplayed();  // TIMESTAMP_REPLAYED, refusal
absl::Status TimestampUntrusted(std::string_view field, std::string_view why);  // refusal
absl::Status CryptoFailed(
    std::string_view operation);  // CRYPTO_FAILED, kInternal: the library failed

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_ERRORS_H_
