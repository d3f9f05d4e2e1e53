// HPKE base mode (RFC 9180) with one fixed suite: DHKEM(P-256, HKDF-SHA256) 0x0010, HKDF-SHA256
// 0x0001, AES-256-GCM 0x0002. Used to wrap section keys for one recipient. Thread-safe.
#ifndef AMANA_PROTO_CRYPTO_HPKE_H_
#define AMANA_PROTO_CRYPTO_HPKE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/crypto/ecdsa.h"

namespace amana::crypto {

inline constexpr size_t kHpkeEncSize = 65;

struct HpkeCiphertext {
  std::string enc;         // the ephemeral public key, 65 bytes
  std::string ciphertext;  // ciphertext || tag
};

// Single-shot: seals `plaintext` to `recipient` with a fresh ephemeral key.
absl::StatusOr<HpkeCiphertext> HpkeSeal(const EcPublicKey& recipient, std::string_view info,
                                        std::string_view aad, std::string_view plaintext);

// AEAD_OPEN_FAILED when anything differs from what was sealed; KEY_INVALID when `enc` is no point
// of the curve. What it opens is normally a key, so it comes as a Secret.
absl::StatusOr<Secret> HpkeOpen(const EcPrivateKey& recipient, std::string_view enc,
                                std::string_view info, std::string_view aad,
                                std::string_view ciphertext);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_HPKE_H_
