#include "broker/store/embedded/row.h"

#include <cstring>
#include <limits>

#include "base/clock.h"
#include "proto/crypto/sha256.h"

namespace amana::store::embedded {

int64_t TimeToRow(absl::Time time) {
  if (time == absl::InfiniteFuture()) return std::numeric_limits<int64_t>::max();
  if (time == absl::InfinitePast()) return std::numeric_limits<int64_t>::min();
  return ToUnixMillis(time);
}

absl::Time TimeFromRow(int64_t millis) {
  if (millis == std::numeric_limits<int64_t>::max()) return absl::InfiniteFuture();
  if (millis == std::numeric_limits<int64_t>::min()) return absl::InfinitePast();
  return FromUnixMillis(millis);
}

RowDigest::RowDigest(const Digest& digest) { std::memcpy(bytes_.data(), digest.data(), kSize); }

void RowHasher::AddInt(uint64_t value) {
  char bytes[8];
  std::memcpy(bytes, &value, sizeof bytes);
  bytes_.append(bytes, sizeof bytes);
}

RowHasher& RowHasher::Add(std::string_view bytes) {
  const uint32_t size = static_cast<uint32_t>(bytes.size());
  char prefix[4];
  std::memcpy(prefix, &size, sizeof prefix);
  bytes_.append(prefix, sizeof prefix);
  bytes_ += bytes;
  return *this;
}

RowDigest RowHasher::Finish(std::initializer_list<std::string_view> bodies) {
  if (bodies.size() == 0) return RowDigest(crypto::Sha256(bytes_));
  for (std::string_view body : bodies) AddInt(body.size());
  const std::string_view* body = bodies.begin();
  return bodies.size() == 1 ? RowDigest(crypto::Sha256({bytes_, body[0]}))
                            : RowDigest(crypto::Sha256({bytes_, body[0], body[1]}));
}

}  // namespace amana::store::embedded
