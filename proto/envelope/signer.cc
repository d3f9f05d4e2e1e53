#include "proto/envelope/signer.h"

#include "proto/envelope/errors.h"

namespace amana::envelope {

absl::Status CheckSigner(const crypto::Certificate& certificate, const AgencyId& agency) {
  if (certificate.usage() != crypto::CertUsage::kSigning) {
    return CertificateMismatch("meta.cert_id", "not a signing certificate");
  }
  if (certificate.spiffe().agency != agency) {
    return CertificateMismatch("meta.cert_id", "not a certificate of the sender's agency");
  }
  return absl::OkStatus();
}

absl::Status CheckSignerKey(const crypto::Certificate& certificate,
                            const crypto::EcdsaPrivateKey& key) {
  if (key.PublicKey() == certificate.public_key()) return absl::OkStatus();
  return CertificateMismatch("meta.cert_id", "the certificate is not the signing key's");
}

}  // namespace amana::envelope
