// X.509 certificates (RFC 5280) of Amana's own narrow profile, and chains of them to pinned
// authorities. A certificate outside the profile cannot exist as a value.
#ifndef AMANA_PROTO_CRYPTO_X509_H_
#define AMANA_PROTO_CRYPTO_X509_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/spiffe.h"

struct x509_st;

namespace amana::crypto {

// kTls: digitalSignature, EKU serverAuth and clientAuth. kSigning: digitalSignature (and maybe
// contentCommitment), no EKU. kSealing: keyAgreement only, no EKU. kCa: critical CA:TRUE and
// keyCertSign. No certificate has two usages.
enum class CertUsage { kTls, kSigning, kSealing, kCa };

std::string_view UsageName(CertUsage usage);                  // "tls", "signing", "sealing", "ca"
absl::StatusOr<CertUsage> ParseUsage(std::string_view name);  // CERT_USAGE_INVALID

// Immutable, thread-safe, cheap to copy (a shared pointer).
class Certificate {
 public:
  // The first certificate of the PEM text. CERT_MALFORMED when there is none.
  static absl::StatusOr<Certificate> FromPem(std::string_view pem);
  // CERT_MALFORMED: not one DER certificate and nothing else. CERT_PROFILE_INVALID: not v3, not
  // P-256 with ecdsa-with-SHA256, a signature that is not canonical (see below), or a critical
  // extension that nobody here understands. CERT_USAGE_INVALID: none of the usages above.
  // SPIFFE_ID_INVALID: an end-entity without exactly one URI SAN of our form.
  //
  // Canonical: strict DER with s <= n/2. Without it anyone could turn one certificate into a second
  // with another fingerprint that verifies as well, and revocation goes by fingerprint.
  static absl::StatusOr<Certificate> FromDer(std::string_view der);

  const CertId& id() const;  // SHA-256 of the DER
  const std::string& der() const;
  std::string pem() const;
  absl::Time not_before() const;  // first and last valid second
  absl::Time not_after() const;
  CertUsage usage() const;
  // Of an end-entity. A CA has an empty one (empty trust domain and agency).
  const SpiffeId& spiffe() const;
  // Of a CA that may speak for one agency only: the one its URI SAN names
  // (spiffe://<trust-domain>/agency/<agency-id>). Empty: any (a root), or not a CA.
  const AgencyId& ca_agency() const;
  const std::string& ca_trust_domain() const;  // of the same SAN; empty when the CA has none
  const EcdsaPublicKey& public_key() const;    // parsed once
  const std::string& key_id() const;           // subject key identifier, raw bytes
  const std::string& issuer_key_id() const;    // authority key identifier, raw bytes
  const std::string& serial_hex() const;
  std::string subject() const;  // for people: never decide on it
  // DNS and IP SANs (of a broker's TLS certificate).
  const std::vector<std::string>& dns_names() const;
  const std::vector<std::string>& ip_addresses() const;
  bool self_issued() const;  // subject == issuer

  friend bool operator==(const Certificate& a, const Certificate& b) { return a.id() == b.id(); }
  x509_st* x509() const;  // this room only; not to be modified

  struct Impl;  // x509_impl.h
  explicit Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

// Every certificate of a PEM text, in order; text between them is ignored. CERT_MALFORMED when one
// does not parse or there is none; otherwise the errors of FromDer.
absl::StatusOr<std::vector<Certificate>> ParsePemBundle(std::string_view pem);

// Judges end-entity certificates against authorities pinned on this machine. Immutable but for a
// cache of paths already verified; thread-safe. To change the authorities make a new one.
class ChainVerifier {
 public:
  struct Authorities {
    // Self-signed roots. May be empty: then the issuing CAs are themselves the trust anchors.
    std::vector<Certificate> roots;
    // The CAs that sign end-entities. With roots, each must chain to one of them directly.
    std::vector<Certificate> issuing;
  };
  // CHAIN_UNTRUSTED when an issuing CA has no root among `roots`; CERT_USAGE_INVALID when something
  // given is no CA (or a root is not self-signed).
  static absl::StatusOr<std::shared_ptr<const ChainVerifier>> Create(Authorities authorities);
  ~ChainVerifier();

  // OK when `certificate` is an end-entity signed by a pinned issuing CA, that CA may speak for its
  // agency, and every certificate of the path is valid at `at`. CHAIN_UNTRUSTED, CERT_EXPIRED,
  // CERT_NOT_YET_VALID or CERT_USAGE_INVALID (a CA) otherwise. The path is verified once per
  // fingerprint (about 110 us, then under 1 us); time is judged on every call.
  absl::Status Verify(const Certificate& certificate, absl::Time at) const;
  // And CERT_USAGE_INVALID when its usage is not `usage`.
  absl::Status Verify(const Certificate& certificate, absl::Time at, CertUsage usage) const;

  // The issuing CA of `certificate`; CHAIN_UNTRUSTED when there is none. Time is not judged.
  absl::StatusOr<Certificate> IssuerOf(const Certificate& certificate) const;

  const Authorities& authorities() const;

 private:
  struct Impl;
  explicit ChainVerifier(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_X509_H_
