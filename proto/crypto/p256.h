// NIST P-256 keys: ECDSA with SHA-256 (FIPS 186-4; DER signatures, RFC 3279) and ECDH (SP 800-56A).
// One key has one role: signing keys sign and sealing keys agree; the certificate says which.
//
// Both classes are immutable values, thread-safe, and cheap to copy (a shared pointer to the parsed
// key: keep the object, not the bytes).
#ifndef AMANA_PROTO_CRYPTO_P256_H_
#define AMANA_PROTO_CRYPTO_P256_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/crypto/secret.h"

namespace amana::crypto {

struct P256Key;  // ssl_ptr.h: the parsed key, for this room only

class P256PublicKey {
 public:
  static constexpr size_t kPointSize = 65;

  // SubjectPublicKeyInfo in DER (RFC 5480), named curve P-256, uncompressed. KEY_INVALID for any
  // other key or form, for a point not on the curve and for trailing bytes.
  static absl::StatusOr<P256PublicKey> FromSpkiDer(std::string_view der);
  // 65 bytes, 0x04 || X || Y (SEC 1). KEY_INVALID when off the curve or in another form.
  static absl::StatusOr<P256PublicKey> FromPoint(std::string_view point);
  explicit P256PublicKey(std::shared_ptr<const P256Key> key);  // this room only

  const std::string& point() const;  // 65 bytes
  std::string ToSpkiDer() const;

  // OK when `signature` is a strict-DER ECDSA signature over SHA-256(`message`) by this key, else
  // SIGNATURE_INVALID. Never another refusal; CRYPTO_FAILED only when the library itself fails.
  absl::Status Verify(std::string_view message, std::string_view signature) const;
  // The same over a digest that the caller has already computed.
  absl::Status VerifyDigest(std::string_view sha256, std::string_view signature) const;

  friend bool operator==(const P256PublicKey& a, const P256PublicKey& b) {
    return a.point() == b.point();
  }
  const P256Key& key() const { return *key_; }  // this room only

 private:
  std::shared_ptr<const P256Key> key_;
};

class P256PrivateKey {
 public:
  static absl::StatusOr<P256PrivateKey> Generate();
  // PKCS #8 or SEC 1, PEM, not encrypted. KEY_INVALID otherwise.
  static absl::StatusOr<P256PrivateKey> FromPem(const Secret& pem);
  // 32 bytes big-endian in [1, n-1]. KEY_INVALID otherwise.
  static absl::StatusOr<P256PrivateKey> FromScalar(const Secret& scalar);
  explicit P256PrivateKey(std::shared_ptr<const P256Key> key);  // this room only

  absl::StatusOr<Secret> ToPem() const;  // PKCS #8
  P256PublicKey PublicKey() const;

  // DER signature over SHA-256(`message`).
  absl::StatusOr<std::string> Sign(std::string_view message) const;

  // The x coordinate of the shared point, 32 bytes.
  absl::StatusOr<Secret> Ecdh(const P256PublicKey& peer) const;

  const P256Key& key() const { return *key_; }  // this room only

 private:
  std::shared_ptr<const P256Key> key_;
};

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_P256_H_
