// The inside of HPKE (RFC 9180 sections 4, 5 and 7.1.3): deterministic, so that the RFC's vectors
// can be run on it. Other rooms use hpke.h.
#ifndef AMANA_PROTO_CRYPTO_HPKE_CONTEXT_H_
#define AMANA_PROTO_CRYPTO_HPKE_CONTEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/secret.h"

namespace amana::crypto {

// DeriveKeyPair of DHKEM(P-256): at least 32 bytes of input key material.
absl::StatusOr<EcPrivateKey> HpkeDeriveKeyPair(const Secret& input_key);

// Both ends' shared state. Immutable: the sequence number is the caller's, who must not seal twice
// under one number. Thread-safe.
class HpkeContext {
 public:
  static absl::StatusOr<HpkeContext> ForSender(const EcPublicKey& recipient,
                                               const EcPrivateKey& ephemeral,
                                               std::string_view info);
  // KEY_INVALID when `enc` is no point of the curve.
  static absl::StatusOr<HpkeContext> ForReceiver(const EcPrivateKey& recipient,
                                                 std::string_view enc, std::string_view info);

  absl::StatusOr<std::string> Seal(uint64_t sequence, std::string_view aad,
                                   std::string_view plaintext) const;
  absl::StatusOr<Secret> Open(uint64_t sequence, std::string_view aad,
                              std::string_view ciphertext) const;
  // LENGTH_INVALID when `size` is over 255 * 32.
  absl::StatusOr<Secret> Export(std::string_view exporter_context, size_t size) const;

  std::string Nonce(uint64_t sequence) const;
  const Secret& key() const { return key_; }
  const Secret& exporter_secret() const { return exporter_secret_; }

 private:
  static absl::StatusOr<HpkeContext> KeySchedule(const Secret& dh, std::string_view kem_context,
                                                 std::string_view info);
  Secret key_;
  std::string base_nonce_;
  Secret exporter_secret_;
};

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_HPKE_CONTEXT_H_
