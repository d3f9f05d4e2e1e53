#include "proto/crypto/errors.h"

#include <string>

#include "base/status.h"

namespace amana::crypto {
namespace {

using absl::StatusCode;

absl::Status Refusal(std::string_view reason, std::string_view message) {
  return MakeError(StatusCode::kPermissionDenied, reason, "", message);
}

std::string Because(std::string_view what, std::string_view why) {
  return std::string(what) + ": " + std::string(why);
}

}  // namespace

absl::Status SignatureInvalid() {
  return Refusal("SIGNATURE_INVALID", "the signature does not verify with this key");
}

absl::Status AeadOpenFailed() {
  return MakeError(StatusCode::kInvalidArgument, "AEAD_OPEN_FAILED", "",
                   "the sealed bytes were not made with this key, nonce and context");
}

absl::Status KeyInvalid(std::string_view why) {
  return MakeError(StatusCode::kInvalidArgument, "KEY_INVALID", "", Because("key", why));
}

absl::Status LengthInvalid(std::string_view field, size_t expected, size_t got) {
  return MakeError(StatusCode::kInvalidArgument, "LENGTH_INVALID", field,
                   std::string(field) + ": must be " + std::to_string(expected) + " bytes, got " +
                       std::to_string(got));
}

absl::Status LengthTooLarge(std::string_view field, size_t limit) {
  return MakeError(StatusCode::kInvalidArgument, "LENGTH_INVALID", field,
                   std::string(field) + ": must be at most " + std::to_string(limit) + " bytes");
}

absl::Status CertificateMalformed(std::string_view why) {
  return MakeError(StatusCode::kInvalidArgument, "CERT_MALFORMED", "", Because("certificate", why));
}

absl::Status CertificateProfileInvalid(std::string_view why) {
  return Refusal("CERT_PROFILE_INVALID", Because("certificate profile", why));
}

absl::Status SpiffeIdInvalid(std::string_view why) {
  return Refusal("SPIFFE_ID_INVALID", Because("SPIFFE id", why));
}

absl::Status ChainUntrusted(std::string_view why) {
  return Refusal("CHAIN_UNTRUSTED", Because("certificate chain", why));
}

absl::Status CertificateExpired(std::string_view which) {
  return Refusal("CERT_EXPIRED", std::string(which) + " has expired");
}

absl::Status CertificateNotYetValid(std::string_view which) {
  return Refusal("CERT_NOT_YET_VALID", std::string(which) + " is not valid yet");
}

absl::Status CertificateUsageInvalid(std::string_view why) {
  return Refusal("CERT_USAGE_INVALID", Because("certificate usage", why));
}

absl::Status RevocationListInvalid(std::string_view why) {
  return MakeError(StatusCode::kInvalidArgument, "REVOCATION_LIST_INVALID", "",
                   Because("revocation list", why));
}

absl::Status CsrInvalid(std::string_view why) {
  return MakeError(StatusCode::kInvalidArgument, "CSR_INVALID", "",
                   Because("certificate request", why));
}

absl::Status CmsMalformed(std::string_view why) {
  return MakeError(StatusCode::kInvalidArgument, "CMS_MALFORMED", "", Because("CMS message", why));
}

absl::Status CmsAlgorithmRefused(std::string_view why) {
  return Refusal("CMS_ALGORITHM_REFUSED", Because("CMS message", why));
}

absl::Status CmsOpenFailed() {
  return MakeError(StatusCode::kInvalidArgument, "CMS_OPEN_FAILED", "",
                   "the message cannot be opened with this key");
}

absl::Status CryptoFailed(std::string_view operation) {
  return MakeError(StatusCode::kInternal, "CRYPTO_FAILED", "",
                   std::string(operation) + " failed in the crypto library");
}

absl::Status TimestampMalformed(std::string_view field) {
  return MakeError(absl::StatusCode::kInvalidArgument, "TIMESTAMP_MALFORMED", field,
                   "it is no RFC 3161 timestamp");
}

absl::Status TimestampMismatch(std::string_view field) {
  return MakeError(absl::StatusCode::kPermissionDenied, "TIMESTAMP_MISMATCH", field,
                   "it is of other data, or by a digest that is refused");
}

absl::Status TimestampInvalid(std::string_view field) {
  return MakeError(absl::StatusCode::kPermissionDenied, "TIMESTAMP_INVALID", field,
                   "its signature does not verify");
}

absl::Status TimestampRefused() {
  return MakeError(absl::StatusCode::kUnavailable, "TIMESTAMP_REFUSED", "answer",
                   "the authority grants no token");
}

absl::Status TimestampReplayed() {
  return MakeError(absl::StatusCode::kPermissionDenied, "TIMESTAMP_REPLAYED", "answer",
                   "is not the answer to this request");
}

absl::Status TimestampUntrusted(std::string_view field, std::string_view why) {
  return MakeError(absl::StatusCode::kPermissionDenied, "TIMESTAMP_UNTRUSTED", field, why);
}

}  // namespace amana::crypto
