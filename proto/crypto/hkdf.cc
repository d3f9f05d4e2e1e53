#include "proto/crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/ssl_ptr.h"

namespace amana::crypto {
namespace {

// HMAC fails only when memory does, or the library is not what it was built with.
void Require(bool ok) {
  if (!ok) std::abort();
}

// An initialised HMAC-SHA256 of no key yet; copied for each use, which spares the lookups.
EVP_MAC_CTX* Template() {
  static EVP_MAC_CTX* const context = [] {
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    EVP_MAC_CTX* const made = mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac);
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    Require(made != nullptr && EVP_MAC_CTX_set_params(made, params) == 1);
    return made;
  }();
  return context;
}

Digest Hmac(std::string_view key, std::initializer_list<std::string_view> parts) {
  // OpenSSL reads a null key as "the key set before".
  static constexpr unsigned char kEmpty[1] = {0};
  const MacCtxPtr context(EVP_MAC_CTX_dup(Template()));
  Require(context != nullptr &&
          EVP_MAC_init(context.get(), key.empty() ? kEmpty : Bytes(key), key.size(), nullptr) == 1);
  for (const std::string_view part : parts) {
    Require(part.empty() || EVP_MAC_update(context.get(), Bytes(part), part.size()) == 1);
  }
  Digest digest;
  size_t size = 0;
  Require(EVP_MAC_final(context.get(), digest.data(), &size, Digest::kSize) == 1 &&
          size == Digest::kSize);
  return digest;
}

}  // namespace

Digest HmacSha256(const Secret& key, std::string_view message) {
  return HmacSha256(key, {message});
}

Digest HmacSha256(const Secret& key, std::initializer_list<std::string_view> parts) {
  const ErrorQueueGuard guard;
  return Hmac(key.Reveal(RevealSecret()), parts);
}

Secret HkdfExtract(std::string_view salt, const Secret& input_key) {
  const ErrorQueueGuard guard;
  // HMAC pads a short key with zeros, so an empty salt is the 32 zero bytes of the RFC.
  Digest digest = Hmac(salt, {input_key.Reveal(RevealSecret())});
  Secret secret(digest.view());
  WipeMemory(digest.data(), Digest::kSize);
  return secret;
}

absl::StatusOr<Secret> HkdfExpand(const Secret& pseudorandom_key, std::string_view info,
                                  size_t size) {
  const ErrorQueueGuard guard;
  if (size > kHkdfMaxOutput) return LengthTooLarge("hkdf_output", kHkdfMaxOutput);
  std::string output;
  output.reserve(size + Digest::kSize);  // no growth: a reallocation would leave a copy behind
  Digest block;
  std::string_view previous;
  for (unsigned char counter = 1; output.size() < size; ++counter) {
    const char count = static_cast<char>(counter);
    block = Hmac(pseudorandom_key.Reveal(RevealSecret()),
                 {previous, info, std::string_view(&count, 1)});
    previous = block.view();
    output.append(previous.substr(0, std::min(size - output.size(), Digest::kSize)));
  }
  WipeMemory(block.data(), Digest::kSize);
  return Secret::TakeFrom(output);
}

absl::StatusOr<Secret> Hkdf(std::string_view salt, const Secret& input_key, std::string_view info,
                            size_t size) {
  return HkdfExpand(HkdfExtract(salt, input_key), info, size);
}

}  // namespace amana::crypto
