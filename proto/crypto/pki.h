// What a certificate authority does: requests, the root, one issuing CA per agency, end-entities.
// Keys stay where they are made: an authority sees requests (PKCS #10, RFC 2986) and public keys
// only. Pure: no files, no clock. Thread-safe.
#ifndef AMANA_PROTO_CRYPTO_PKI_H_
#define AMANA_PROTO_CRYPTO_PKI_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/spiffe.h"
#include "proto/crypto/x509.h"

namespace amana::crypto {

// Whole seconds; both ends included.
struct Validity {
  absl::Time not_before;
  absl::Time not_after;
};

// A request as read: possession of the key is proven (its signature verifies). What it asks for is
// a wish: the signer decides. Immutable value.
class Csr {
 public:
  // CSR_INVALID: not a PKCS #10 request, not P-256, or its signature does not verify.
  static absl::StatusOr<Csr> FromPem(std::string_view pem);

  const EcdsaPublicKey& public_key() const { return public_key_; }
  // The SPIFFE id it asks for; none when it asks for none, or for anything but one valid id.
  const std::optional<SpiffeId>& requested() const { return requested_; }

 private:
  Csr(EcdsaPublicKey public_key, std::optional<SpiffeId> requested)
      : public_key_(std::move(public_key)), requested_(std::move(requested)) {}

  EcdsaPublicKey public_key_;
  std::optional<SpiffeId> requested_;
};

// PEM. The subject's common name is the last part of the id, for people only.
absl::StatusOr<std::string> MakeCsr(const EcdsaPrivateKey& key, const SpiffeId& requested);

struct Authority {
  Certificate certificate;
  EcdsaPrivateKey key;
};

// Self-signed, critical CA:TRUE with path length 1.
absl::StatusOr<Certificate> MakeRoot(const EcdsaPrivateKey& key, std::string_view trust_domain,
                                     Validity validity);

// The CA that may speak for `agency`: critical CA:TRUE with path length 0, name constraint to the
// trust domain, URI SAN naming the agency. KEY_INVALID when `root`'s key is not its certificate's,
// CERT_PROFILE_INVALID when `root` is no root of this trust domain or the validity exceeds its own.
absl::StatusOr<Certificate> IssueAgencyCa(const Authority& root, const EcdsaPublicKey& subject,
                                          std::string_view trust_domain, const AgencyId& agency,
                                          Validity validity);

struct EndEntity {
  SpiffeId spiffe;  // the signer's decision, not the request's
  CertUsage usage = CertUsage::kTls;
  Validity validity;
  // Only for a broker's TLS certificate, so that stock gRPC clients can check the host name.
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
};

// Errors: CERT_USAGE_INVALID (kCa; host names on anything but a broker's TLS certificate),
// CERT_PROFILE_INVALID (a person role without person; the CA speaks for another agency; validity
// empty or outside the CA's; a malformed host name or address), KEY_INVALID.
absl::StatusOr<Certificate> IssueEndEntity(const Authority& ca, const EcdsaPublicKey& subject,
                                           const EndEntity& profile);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_PKI_H_
