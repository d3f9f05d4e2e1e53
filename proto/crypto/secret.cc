#include "proto/crypto/secret.h"

#include <openssl/crypto.h>

#include <cstring>
#include <utility>

namespace amana::crypto {

void WipeMemory(void* data, size_t size) { OPENSSL_cleanse(data, size); }

bool ConstantTimeEquals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Secret::Secret(std::string_view bytes) : size_(bytes.size()) {
  if (size_ == 0) return;
  bytes_ = std::make_unique<uint8_t[]>(size_);
  std::memcpy(bytes_.get(), bytes.data(), size_);
}

Secret Secret::TakeFrom(std::string& bytes) {
  Secret secret{std::string_view(bytes)};
  WipeMemory(bytes.data(), bytes.size());
  bytes.clear();
  return secret;
}

Secret::Secret(const Secret& other) : Secret(other.Reveal(RevealSecret())) {}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) *this = Secret(other);
  return *this;
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  Wipe();
  bytes_ = std::move(other.bytes_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

Secret::~Secret() { Wipe(); }

bool Secret::SameAs(const Secret& other) const {
  return ConstantTimeEquals(Reveal(RevealSecret()), other.Reveal(RevealSecret()));
}

void Secret::Wipe() {
  if (size_ != 0) WipeMemory(bytes_.get(), size_);
  bytes_.reset();
  size_ = 0;
}

}  // namespace amana::crypto
