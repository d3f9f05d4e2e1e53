#include "proto/crypto/aead.h"

#include <cstring>

#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/ssl_ptr.h"

namespace amana::crypto {
namespace {

enum class Direction : int { kOpen = 0, kSeal = 1 };

absl::Status CheckSizes(const Secret& key, std::string_view nonce, size_t plaintext_size) {
  if (key.size() != kAesGcmKeySize) return LengthInvalid("key", kAesGcmKeySize, key.size());
  if (nonce.size() != kAesGcmNonceSize) {
    return LengthInvalid("nonce", kAesGcmNonceSize, nonce.size());
  }
  if (plaintext_size > kAesGcmMaxPlaintext) return LengthTooLarge("plaintext", kAesGcmMaxPlaintext);
  return absl::OkStatus();
}

// A context with key, nonce and aad in; null when the library fails. Not reused: a kept context
// would keep a key alive past its Secret.
CipherCtxPtr Start(Direction direction, const Secret& key, std::string_view nonce,
                   std::string_view aad) {
  CipherCtxPtr context(EVP_CIPHER_CTX_new());
  int ignored = 0;
  if (context == nullptr ||
      EVP_CipherInit_ex2(context.get(), Aes256Gcm(), Bytes(key.Reveal(RevealSecret())),
                         Bytes(nonce), static_cast<int>(direction), nullptr) != 1 ||
      (!aad.empty() && EVP_CipherUpdate(context.get(), nullptr, &ignored, Bytes(aad),
                                        static_cast<int>(aad.size())) != 1)) {
    return nullptr;
  }
  return context;
}

uint8_t* Data(std::string& s) { return reinterpret_cast<uint8_t*>(s.data()); }

}  // namespace

absl::Status AesGcmSealTo(const Secret& key, std::string_view nonce, std::string_view aad,
                          std::string_view plaintext, absl::Span<uint8_t> out) {
  const ErrorQueueGuard guard;
  AMANA_RETURN_IF_ERROR(CheckSizes(key, nonce, plaintext.size()));
  if (aad.size() > kAesGcmMaxPlaintext) return LengthTooLarge("aad", kAesGcmMaxPlaintext);
  if (out.size() != plaintext.size() + kAesGcmTagSize) {
    return LengthInvalid("out", plaintext.size() + kAesGcmTagSize, out.size());
  }
  const CipherCtxPtr context = Start(Direction::kSeal, key, nonce, aad);
  int size = 0;
  if (context == nullptr ||
      (!plaintext.empty() && EVP_CipherUpdate(context.get(), out.data(), &size, Bytes(plaintext),
                                              static_cast<int>(plaintext.size())) != 1) ||
      EVP_CipherFinal_ex(context.get(), out.data() + size, &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kAesGcmTagSize,
                          out.data() + plaintext.size()) != 1) {
    return CryptoFailed("AES-GCM sealing");
  }
  return absl::OkStatus();
}

absl::Status AesGcmOpenTo(const Secret& key, std::string_view nonce, std::string_view aad,
                          std::string_view sealed, absl::Span<uint8_t> out) {
  const ErrorQueueGuard guard;
  if (sealed.size() < kAesGcmTagSize) return AeadOpenFailed();
  const std::string_view ciphertext = sealed.substr(0, sealed.size() - kAesGcmTagSize);
  AMANA_RETURN_IF_ERROR(CheckSizes(key, nonce, ciphertext.size()));
  if (aad.size() > kAesGcmMaxPlaintext) return LengthTooLarge("aad", kAesGcmMaxPlaintext);
  if (out.size() != ciphertext.size()) return LengthInvalid("out", ciphertext.size(), out.size());
  unsigned char tag[kAesGcmTagSize];
  std::memcpy(tag, sealed.data() + ciphertext.size(), kAesGcmTagSize);
  const CipherCtxPtr context = Start(Direction::kOpen, key, nonce, aad);
  if (context == nullptr ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kAesGcmTagSize, tag) != 1) {
    return CryptoFailed("AES-GCM opening");
  }
  int size = 0;
  unsigned char none = 0;  // for an empty plaintext, whose `out` may be null
  unsigned char* const data = out.empty() ? &none : out.data();
  const bool genuine =
      (ciphertext.empty() || EVP_CipherUpdate(context.get(), data, &size, Bytes(ciphertext),
                                              static_cast<int>(ciphertext.size())) == 1) &&
      EVP_CipherFinal_ex(context.get(), data + size, &size) == 1;
  if (genuine) return absl::OkStatus();
  if (!out.empty()) WipeMemory(out.data(), out.size());
  return AeadOpenFailed();
}

absl::StatusOr<std::string> AesGcmSeal(const Secret& key, std::string_view nonce,
                                       std::string_view aad, std::string_view plaintext) {
  AMANA_RETURN_IF_ERROR(CheckSizes(key, nonce, plaintext.size()));
  std::string out(plaintext.size() + kAesGcmTagSize, '\0');
  AMANA_RETURN_IF_ERROR(
      AesGcmSealTo(key, nonce, aad, plaintext, absl::MakeSpan(Data(out), out.size())));
  return out;
}

absl::StatusOr<std::string> AesGcmOpen(const Secret& key, std::string_view nonce,
                                       std::string_view aad, std::string_view sealed) {
  if (sealed.size() < kAesGcmTagSize) return AeadOpenFailed();
  std::string out(sealed.size() - kAesGcmTagSize, '\0');
  AMANA_RETURN_IF_ERROR(
      AesGcmOpenTo(key, nonce, aad, sealed, absl::MakeSpan(Data(out), out.size())));
  return out;
}

}  // namespace amana::crypto
