#include "proto/crypto/random.h"

#include <openssl/rand.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

namespace amana::crypto {

void FillRandom(absl::Span<uint8_t> out) {
  while (!out.empty()) {
    const size_t piece = std::min<size_t>(out.size(), INT_MAX);
    if (RAND_bytes(out.data(), static_cast<int>(piece)) != 1) std::abort();
    out.remove_prefix(piece);
  }
}

std::string RandomBytes(size_t size) {
  std::string bytes(size, '\0');
  FillRandom(absl::MakeSpan(reinterpret_cast<uint8_t*>(bytes.data()), size));
  return bytes;
}

Secret RandomSecret(size_t size) {
  std::string bytes = RandomBytes(size);
  return Secret::TakeFrom(bytes);
}

}  // namespace amana::crypto
