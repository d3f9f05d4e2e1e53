#include "proto/crypto/ed25519.h"

#include <utility>

#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/ssl_ptr.h"

namespace amana::crypto {
namespace {

constexpr size_t kSeedSize = 32;

std::shared_ptr<EVP_PKEY> Share(EVP_PKEY* key) {
  return std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

}  // namespace

absl::StatusOr<Ed25519PublicKey> Ed25519PublicKey::FromRaw(std::string_view raw) {
  const ErrorQueueGuard guard;
  if (raw.size() != kSize) return LengthInvalid("public_key", kSize, raw.size());
  auto key =
      Share(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, Bytes(raw), raw.size()));
  if (key == nullptr) return KeyInvalid("not an Ed25519 public key");
  return Ed25519PublicKey(std::string(raw), std::move(key));
}

absl::Status Ed25519PublicKey::Verify(std::string_view message, std::string_view signature) const {
  if (signature.size() != kSignatureSize) return SignatureInvalid();
  const ErrorQueueGuard guard;
  const MdCtxPtr context(EVP_MD_CTX_new());
  if (context == nullptr || EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr,
                                                    nullptr, key_.get(), nullptr) != 1) {
    return CryptoFailed("Ed25519 verification");
  }
  const int result = EVP_DigestVerify(context.get(), Bytes(signature), signature.size(),
                                      Bytes(message), message.size());
  return result == 1 ? absl::OkStatus() : SignatureInvalid();
}

absl::StatusOr<Ed25519PrivateKey> Ed25519PrivateKey::FromKey(std::shared_ptr<EVP_PKEY> key) {
  std::string raw(Ed25519PublicKey::kSize, '\0');
  size_t size = raw.size();
  if (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key.get(), Bytes(raw), &size) != 1 || size != raw.size()) {
    return KeyInvalid("must be an Ed25519 key");
  }
  AMANA_ASSIGN_OR_RETURN(Ed25519PublicKey public_key, Ed25519PublicKey::FromRaw(raw));
  return Ed25519PrivateKey(std::move(key), std::move(public_key));
}

absl::StatusOr<Ed25519PrivateKey> Ed25519PrivateKey::Generate() {
  const ErrorQueueGuard guard;
  auto key = Share(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (key == nullptr) return CryptoFailed("key generation");
  return FromKey(std::move(key));
}

absl::StatusOr<Ed25519PrivateKey> Ed25519PrivateKey::FromSeed(const Secret& seed) {
  const ErrorQueueGuard guard;
  if (seed.size() != kSeedSize) return LengthInvalid("seed", kSeedSize, seed.size());
  auto key = Share(EVP_PKEY_new_raw_private_key_ex(
      nullptr, "ED25519", nullptr, Bytes(seed.Reveal(RevealSecret())), seed.size()));
  if (key == nullptr) return CryptoFailed("building a key");
  return FromKey(std::move(key));
}

absl::StatusOr<Ed25519PrivateKey> Ed25519PrivateKey::FromPem(const Secret& pem) {
  const ErrorQueueGuard guard;
  PkeyPtr pkey = PrivateKeyFromPem(pem);
  if (pkey == nullptr) return KeyInvalid("not an unencrypted PEM private key");
  return FromKey(Share(pkey.release()));
}

absl::StatusOr<Secret> Ed25519PrivateKey::ToPem() const {
  Secret pem = PrivateKeyToPem(key_.get());
  if (pem.empty()) return CryptoFailed("writing a key");
  return pem;
}

absl::StatusOr<std::string> Ed25519PrivateKey::Sign(std::string_view message) const {
  const ErrorQueueGuard guard;
  const MdCtxPtr context(EVP_MD_CTX_new());
  std::string signature(Ed25519PublicKey::kSignatureSize, '\0');
  size_t size = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key_.get(),
                            nullptr) != 1 ||
      EVP_DigestSign(context.get(), Bytes(signature), &size, Bytes(message), message.size()) != 1 ||
      size != signature.size()) {
    return CryptoFailed("Ed25519 signing");
  }
  return signature;
}

}  // namespace amana::crypto
