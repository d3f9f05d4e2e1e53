// Ed25519 (RFC 8032): the log's checkpoints and the witnesses' cosignatures. Immutable values,
// thread-safe, cheap to copy.
#ifndef AMANA_PROTO_CRYPTO_ED25519_H_
#define AMANA_PROTO_CRYPTO_ED25519_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/crypto/secret.h"

struct evp_pkey_st;

namespace amana::crypto {

class Ed25519PublicKey {
 public:
  static constexpr size_t kSize = 32;
  static constexpr size_t kSignatureSize = 64;

  // 32 bytes; LENGTH_INVALID otherwise.
  static absl::StatusOr<Ed25519PublicKey> FromRaw(std::string_view raw);

  const std::string& raw() const { return raw_; }
  // OK or SIGNATURE_INVALID.
  absl::Status Verify(std::string_view message, std::string_view signature) const;

  friend bool operator==(const Ed25519PublicKey& a, const Ed25519PublicKey& b) {
    return a.raw_ == b.raw_;
  }

 private:
  Ed25519PublicKey(std::string raw, std::shared_ptr<evp_pkey_st> key)
      : raw_(std::move(raw)), key_(std::move(key)) {}

  std::string raw_;
  std::shared_ptr<evp_pkey_st> key_;
};

class Ed25519PrivateKey {
 public:
  static absl::StatusOr<Ed25519PrivateKey> Generate();
  static absl::StatusOr<Ed25519PrivateKey> FromSeed(const Secret& seed);  // 32 bytes
  static absl::StatusOr<Ed25519PrivateKey> FromPem(const Secret& pem);    // PKCS #8; KEY_INVALID

  absl::StatusOr<Secret> ToPem() const;
  const Ed25519PublicKey& PublicKey() const { return public_key_; }
  absl::StatusOr<std::string> Sign(std::string_view message) const;  // 64 bytes, deterministic

 private:
  Ed25519PrivateKey(std::shared_ptr<evp_pkey_st> key, Ed25519PublicKey public_key)
      : key_(std::move(key)), public_key_(std::move(public_key)) {}
  static absl::StatusOr<Ed25519PrivateKey> FromKey(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  Ed25519PublicKey public_key_;
};

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_ED25519_H_
