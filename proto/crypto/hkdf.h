// HKDF with SHA-256 (RFC 5869) and the HMAC (RFC 2104) it stands on. Thread-safe.
#ifndef AMANA_PROTO_CRYPTO_HKDF_H_
#define AMANA_PROTO_CRYPTO_HKDF_H_

#include <initializer_list>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "proto/crypto/secret.h"

namespace amana::crypto {

inline constexpr size_t kHkdfMaxOutput = 255 * 32;

Digest HmacSha256(const Secret& key, std::string_view message);
// Of the concatenation of `parts`.
Digest HmacSha256(const Secret& key, std::initializer_list<std::string_view> parts);

// A pseudorandom key of 32 bytes. An empty salt is 32 zero bytes.
Secret HkdfExtract(std::string_view salt, const Secret& input_key);
// LENGTH_INVALID when `size` is over kHkdfMaxOutput.
absl::StatusOr<Secret> HkdfExpand(const Secret& pseudorandom_key, std::string_view info,
                                  size_t size);
// Extract, then Expand.
absl::StatusOr<Secret> Hkdf(std::string_view salt, const Secret& input_key, std::string_view info,
                            size_t size);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_HKDF_H_
