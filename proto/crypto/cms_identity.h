// Whom a CMS message (RFC 5652) is signed by or encrypted to. Mail goes to agencies with a
// public-key infrastructure of their own, so these are any X.509 certificates with a strong key,
// not those of Amana's profile (x509.h): nothing is decided on their names, each is pinned whole.
#ifndef AMANA_PROTO_CRYPTO_CMS_IDENTITY_H_
#define AMANA_PROTO_CRYPTO_CMS_IDENTITY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "proto/crypto/secret.h"

struct x509_st;
struct evp_pkey_st;

namespace amana::crypto {

// Immutable, thread-safe, cheap to copy (a shared pointer).
class CmsCertificate {
 public:
  // The first certificate of the PEM text. CERT_MALFORMED: there is none. CERT_PROFILE_INVALID: its
  // key is neither RSA of 2048 bits or more nor on P-256, P-384 or P-521.
  static absl::StatusOr<CmsCertificate> FromPem(std::string_view pem);
  // All of them, at least one. CERT_MALFORMED also when a block is broken.
  static absl::StatusOr<std::vector<CmsCertificate>> BundleFromPem(std::string_view pem);

  const CertId& id() const;  // SHA-256 of the DER
  // Valid at `at`? CERT_EXPIRED or CERT_NOT_YET_VALID otherwise.
  absl::Status CheckTime(absl::Time at) const;
  // May sign mail (RFC 8550)? CERT_USAGE_INVALID otherwise.
  absl::Status CheckSigning() const;
  // May mail be encrypted to it? CERT_USAGE_INVALID otherwise.
  absl::Status CheckSealing() const;
  absl::Time not_after() const;

  x509_st* x509() const;  // this room only; not to be modified

  struct Impl;
  explicit CmsCertificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

// A certificate and its private key. Immutable, thread-safe, cheap to copy.
class CmsIdentity {
 public:
  // KEY_INVALID: not an unencrypted PEM key, or not that of the certificate.
  static absl::StatusOr<CmsIdentity> Create(CmsCertificate certificate, const Secret& key_pem);

  const CmsCertificate& certificate() const { return certificate_; }
  evp_pkey_st* key() const { return key_.get(); }  // this room only

 private:
  CmsIdentity(CmsCertificate certificate, std::shared_ptr<evp_pkey_st> key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}

  CmsCertificate certificate_;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_CMS_IDENTITY_H_
