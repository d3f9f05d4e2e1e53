#include "broker/delivery/signatory.h"

#include "proto/crypto/sha256.h"

namespace amana::delivery {

consent::Signatory SignatoryOf(const crypto::Certificate& certificate, const Address& address) {
  consent::Signatory signatory;
  signatory.address = address;
  signatory.person = certificate.spiffe().person.value_or(PersonId());
  signatory.key = crypto::Sha256(certificate.public_key().point());
  return signatory;
}

}  // namespace amana::delivery
