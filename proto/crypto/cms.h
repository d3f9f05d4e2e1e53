// Cryptographic Message Syntax (RFC 5652) as S/MIME 4.0 (RFC 8551) uses it, for the one agency
// whose native side is mail. Works on bytes in memory; MIME is not known here. Thread-safe, no
// clock: the time that a signer is judged at is the caller's.
//
// Signed: one signer, SHA-256 or longer, with signed attributes. Encrypted: AES-256-GCM in
// AuthEnvelopedData (RFC 5083, RFC 5084), the content key to EC recipients by ephemeral-static ECDH
// (RFC 5753, SHA-256 KDF) and to RSA recipients by OAEP with SHA-256. AES in CBC is read as well,
// since mail programs still write it, but it proves nothing: what was in it counts only if it is
// signed. All bytes are signed as given: whoever signs MIME gives it with CRLF line ends.
#ifndef AMANA_PROTO_CRYPTO_CMS_H_
#define AMANA_PROTO_CRYPTO_CMS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/crypto/cms_identity.h"

namespace amana::crypto {

// What is read or written at most: LENGTH_INVALID above it.
inline constexpr size_t kMaxCms = size_t{4} << 20;

// DER of a SignedData without the content, for multipart/signed. `at` is the signing time.
// CERT_EXPIRED, CERT_NOT_YET_VALID, CERT_USAGE_INVALID: the signer's own certificate would be
// refused.
absl::StatusOr<std::string> CmsSignDetached(const CmsIdentity& signer, std::string_view content,
                                            absl::Time at);
// The same with the content inside.
absl::StatusOr<std::string> CmsSignOpaque(const CmsIdentity& signer, std::string_view content,
                                          absl::Time at);

struct CmsSignature {
  CertId signer;                           // the pinned certificate it verifies with
  std::optional<absl::Time> signing_time;  // as the signer says
  std::string content;                     // of an opaque one; empty when detached
};

// One signer, whose certificate is byte for byte one of `pinned`, valid at `at`, and may sign.
// Certificates in the message are not looked at. CMS_MALFORMED: not one DER or BER SignedData, not
// exactly one signer, no signed attributes, content where there must be none or none where there
// must be. CMS_ALGORITHM_REFUSED: a digest weaker than SHA-256. CHAIN_UNTRUSTED: the signer is not
// pinned. CERT_EXPIRED, CERT_NOT_YET_VALID, CERT_USAGE_INVALID: of the pinned one.
// SIGNATURE_INVALID.
absl::StatusOr<CmsSignature> CmsVerifyDetached(std::string_view signature, std::string_view content,
                                               const std::vector<CmsCertificate>& pinned,
                                               absl::Time at);
absl::StatusOr<CmsSignature> CmsVerifyOpaque(std::string_view signed_data,
                                             const std::vector<CmsCertificate>& pinned,
                                             absl::Time at);

// DER of an AuthEnvelopedData that each of `recipients` can open. KEY_INVALID: no recipients.
// CERT_EXPIRED, CERT_NOT_YET_VALID, CERT_USAGE_INVALID: of the first recipient that may not be
// used.
absl::StatusOr<std::string> CmsEncrypt(std::string_view content,
                                       const std::vector<CmsCertificate>& recipients,
                                       absl::Time at);

// CMS_MALFORMED: not one EnvelopedData or AuthEnvelopedData. CMS_OPEN_FAILED: not for this
// recipient, altered, or of another cipher than AES; which of these is not said, so that no answer
// made of it helps to guess.
absl::StatusOr<std::string> CmsDecrypt(std::string_view enveloped, const CmsIdentity& recipient);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_CMS_H_
