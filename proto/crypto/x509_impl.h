// The inside of Certificate, for the .cc files of this room only.
#ifndef AMANA_PROTO_CRYPTO_X509_IMPL_H_
#define AMANA_PROTO_CRYPTO_X509_IMPL_H_

#include <string>
#include <vector>

#include "proto/crypto/ssl_ptr.h"
#include "proto/crypto/x509.h"

namespace amana::crypto {

struct Certificate::Impl {
  X509Ptr x509;
  std::string der;
  CertId id;
  absl::Time not_before;
  absl::Time not_after;
  CertUsage usage;
  SpiffeId spiffe;
  std::string ca_trust_domain;  // of a CA whose URI SAN names one
  AgencyId ca_agency;
  EcdsaPublicKey public_key;
  std::string key_id;
  std::string issuer_key_id;
  std::string serial_hex;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  bool self_issued;
};

// True when the certificate's ECDSA signature is strict DER with s <= n/2.
bool HasCanonicalSignature(const X509* x509);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_X509_IMPL_H_
