// The names of P-256 keys by role: one class, see p256.h for the contract.
#ifndef AMANA_PROTO_CRYPTO_ECDSA_H_
#define AMANA_PROTO_CRYPTO_ECDSA_H_

#include "proto/crypto/p256.h"

namespace amana::crypto {

using EcdsaPublicKey = P256PublicKey;
using EcdsaPrivateKey = P256PrivateKey;
using EcPublicKey = P256PublicKey;  // of key agreement (HPKE)
using EcPrivateKey = P256PrivateKey;

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_ECDSA_H_
