// An evidence bundle as a file (docs/evidence-bundle.md): a statement in words that can be printed,
// then what proves it, the signer's certificate and the signature over all that stands before it.
//
//   AMANA EVIDENCE BUNDLE 1
//   <empty line>
//   <the statement>
//   <empty line>
//   -----BEGIN EVIDENCE-----
//   <v1::EvidenceBundle, canonical; base64 in lines of 76>
//   -----END EVIDENCE-----
//   -----BEGIN CERTIFICATE-----           the signer's, as PEM
//   -----BEGIN SIGNATURE-----
//   <DSSE v1 over type kBundleType and every byte above this block; DER, base64>
//   -----END SIGNATURE-----
//
// There is one form: what is read is written again and must be the same bytes. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_FILE_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/identity.h"
#include "amana/v1/evidence.pb.h"
#include "proto/crypto/x509.h"

namespace amana::auditor {

inline constexpr std::string_view kBundleType = "application/vnd.amana.evidence-bundle.v1+text";
// Above these nothing is made and nothing is read.
inline constexpr size_t kMaxBundleBytes = size_t{64} << 20;
inline constexpr int kMaxBundleEvents = 25'000;  // with those that are no part of the answer
inline constexpr int kMaxBundleRanges = 64;
inline constexpr int kMaxBundleCertificates = 1'000;
inline constexpr int kMaxBundleTimestamps = 16;
inline constexpr size_t kMaxPurposeBytes = 500;

struct BundleFile {
  std::string statement;  // ends with a line end
  std::string evidence;   // serialised
  crypto::Certificate certificate;
  std::string signature;
};

// CRYPTO_FAILED; BUNDLE_TOO_LARGE.
absl::StatusOr<std::string> WriteBundleFile(std::string_view statement, std::string_view evidence,
                                            const sdk::SigningIdentity& signer);
// BUNDLE_MALFORMED; BUNDLE_TOO_LARGE; errors of Certificate::FromPem. Nothing is believed yet.
absl::StatusOr<BundleFile> ReadBundleFile(std::string_view bytes);
// SIGNATURE_INVALID.
absl::Status VerifyBundleSignature(const BundleFile& file);

// The evidence itself, in its one form and within the limits above. BUNDLE_MALFORMED.
absl::StatusOr<v1::EvidenceBundle> ParseEvidence(std::string_view bytes);
// One line that a page shows as it is: no control or direction character, not too long, UTF-8.
absl::Status CheckPurpose(std::string_view purpose);  // BUNDLE_MALFORMED naming "purpose"

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_FILE_H_
