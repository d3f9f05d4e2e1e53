// AES-256-GCM (NIST SP 800-38D), 96-bit nonces, 128-bit tags. The caller owns nonce uniqueness: a
// nonce used twice under one key breaks both messages. Thread-safe.
#ifndef AMANA_PROTO_CRYPTO_AEAD_H_
#define AMANA_PROTO_CRYPTO_AEAD_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "proto/crypto/secret.h"

namespace amana::crypto {

inline constexpr size_t kAesGcmKeySize = 32;
inline constexpr size_t kAesGcmNonceSize = 12;
inline constexpr size_t kAesGcmTagSize = 16;
// Of one message; larger things are chunked by their owner.
inline constexpr size_t kAesGcmMaxPlaintext = size_t{1} << 30;

// ciphertext || tag. LENGTH_INVALID for a key or nonce of another size or a larger plaintext.
absl::StatusOr<std::string> AesGcmSeal(const Secret& key, std::string_view nonce,
                                       std::string_view aad, std::string_view plaintext);

// AEAD_OPEN_FAILED when anything (key, nonce, aad, ciphertext, tag) is not what was sealed; nothing
// of the plaintext is revealed then. LENGTH_INVALID for a key or nonce of another size.
absl::StatusOr<std::string> AesGcmOpen(const Secret& key, std::string_view nonce,
                                       std::string_view aad, std::string_view sealed);

// Without allocation. `out` must be exactly plaintext.size() + 16, or sealed.size() - 16, long
// (LENGTH_INVALID), and may be the very buffer of the input (same start) but not overlap otherwise.
// On AEAD_OPEN_FAILED `out` is wiped.
absl::Status AesGcmSealTo(const Secret& key, std::string_view nonce, std::string_view aad,
                          std::string_view plaintext, absl::Span<uint8_t> out);
absl::Status AesGcmOpenTo(const Secret& key, std::string_view nonce, std::string_view aad,
                          std::string_view sealed, absl::Span<uint8_t> out);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_AEAD_H_
