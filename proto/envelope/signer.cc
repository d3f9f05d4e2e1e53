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

absl::Status CheckSealsFor(const crypto::Certificate& certificate, const Address& recipient) {
  if (certificate.usage() != crypto::CertUsage::kSealing) {
    return CertificateMismatch("recipient_cert_id", "not a sealing certificate");
  }
  const crypto::SpiffeId& owner = certificate.spiffe();
  if (owner.agency != recipient.agency ||
      (owner.unit.has_value() && *owner.unit != recipient.unit)) {
    return CertificateMismatch("recipient_cert_id", "the certificate of another recipient");
  }
  return absl::OkStatus();
}

absl::Status CheckSignerKey(const crypto::Certificate& certificate,
                            const crypto::EcdsaPrivateKey& key) {
  if (key.PublicKey() == certificate.public_key()) return absl::OkStatus();
  return CertificateMismatch("meta.cert_id", "the certificate is not the signing key's");
}

}  // namespace amana::envelope
