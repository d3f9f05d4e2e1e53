// Whether a certificate may stand for the signer or the recipient that a statement names. Chains,
// revocation and time are judged elsewhere (crypto::ChainVerifier, the registry). Thread-safe and
// pure.
#ifndef AMANA_PROTO_ENVELOPE_SIGNER_H_
#define AMANA_PROTO_ENVELOPE_SIGNER_H_

#include "absl/status/status.h"
#include "base/ids.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/x509.h"

namespace amana::envelope {

// CERTIFICATE_MISMATCH naming "meta.cert_id" unless `certificate` is for signing and `agency`'s.
absl::Status CheckSigner(const crypto::Certificate& certificate, const AgencyId& agency);

// CERTIFICATE_MISMATCH naming "recipient_cert_id" unless `certificate` is for sealing and
// `recipient`'s; one without a unit is the whole agency's.
absl::Status CheckSealsFor(const crypto::Certificate& certificate, const Address& recipient);

// CERTIFICATE_MISMATCH unless `certificate` certifies `key`.
absl::Status CheckSignerKey(const crypto::Certificate& certificate,
                            const crypto::EcdsaPrivateKey& key);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_SIGNER_H_
