// Cryptographically strong random bytes. There is no error: a process whose random generator fails
// must not go on, so it aborts. Thread-safe.
#ifndef AMANA_PROTO_CRYPTO_RANDOM_H_
#define AMANA_PROTO_CRYPTO_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "proto/crypto/secret.h"

namespace amana::crypto {

void FillRandom(absl::Span<uint8_t> out);
std::string RandomBytes(size_t size);
Secret RandomSecret(size_t size);

// A random id of any FixedBytes type: RandomId<ReferralId>().
template <typename Id>
Id RandomId() {
  Id id;
  FillRandom(absl::MakeSpan(id.data(), Id::kSize));
  return id;
}

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_RANDOM_H_
