// Who signed, as the consent room compares persons and keys.
#ifndef AMANA_BROKER_DELIVERY_SIGNATORY_H_
#define AMANA_BROKER_DELIVERY_SIGNATORY_H_

#include "broker/consent/facts.h"
#include "proto/crypto/x509.h"

namespace amana::delivery {

// The holder of a signing certificate, who signs for `address`. Two certificates of one key are one
// key.
consent::Signatory SignatoryOf(const crypto::Certificate& certificate, const Address& address);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_SIGNATORY_H_
