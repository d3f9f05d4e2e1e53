// Puts one X.509 certificate together. For pki.cc: it knows the encoding, pki.cc the profiles.
#ifndef AMANA_PROTO_CRYPTO_X509_BUILD_H_
#define AMANA_PROTO_CRYPTO_X509_BUILD_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/crypto/pki.h"
#include "proto/crypto/ssl_ptr.h"

namespace amana::crypto {

// Parts over the 64 characters of X.520 are left out: names are for people, identity is in the SAN.
struct SubjectName {
  std::string common_name;
  std::string unit;
  std::string organisation;
};
absl::StatusOr<X509NamePtr> MakeName(const SubjectName& subject);

// CERT_PROFILE_INVALID for a malformed host name or address.
absl::StatusOr<GeneralNamesPtr> MakeAltNames(std::string_view uri,
                                             const std::vector<std::string>& dns_names,
                                             const std::vector<std::string>& ip_addresses);

// In this order: subject, validity, key, issuer, extensions, Sign. Not thread-safe.
class CertificateBuilder {
 public:
  CertificateBuilder();

  absl::Status SetSubject(const SubjectName& subject);
  absl::Status SetValidity(const Validity& validity);
  absl::Status SetKey(const EcdsaPublicKey& key);
  // Null: self-signed. Also sets both key identifiers. `issuer` must outlive the builder.
  absl::Status SetIssuer(const Certificate* issuer);
  // An extension in OpenSSL's configuration notation: for constants only, never for outside text.
  absl::Status AddConstant(int nid, const char* value);
  absl::Status AddAltNames(std::string_view uri, const std::vector<std::string>& dns_names,
                           const std::vector<std::string>& ip_addresses);
  // Critical: only URIs of this host (RFC 5280 section 4.2.1.10).
  absl::Status AddUriConstraint(std::string_view host);
  // Signs with a random serial of 128 bits and a canonical signature, and reads the result back
  // through Certificate::FromDer, so that what is issued is what is accepted.
  absl::StatusOr<Certificate> Sign(const EcdsaPrivateKey& key);

 private:
  X509Ptr x509_;
  X509V3_CTX context_{};
};

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_X509_BUILD_H_
