// The bytes of a cosignature/v1 (https://c2sp.org/tlog-cosignature): what is signed, and the
// structure that carries time and signature. Pure.
#ifndef AMANA_PROTO_TRANSPARENCY_COSIGNED_MESSAGE_H_
#define AMANA_PROTO_TRANSPARENCY_COSIGNED_MESSAGE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace amana::transparency {

inline constexpr uint64_t kMaxCosignatureTime = std::numeric_limits<int64_t>::max();

// A header line, a time line and the whole text of the checkpoint.
std::string CosignedMessage(std::string_view checkpoint_text, uint64_t unix_seconds);

// 8 bytes of time, big-endian, then the signature.
std::string JoinCosignature(uint64_t unix_seconds, std::string_view signature);

struct TimestampedSignature {
  uint64_t unix_seconds = 0;
  std::string_view signature;  // of the argument of SplitCosignature
};
// Nothing unless `bytes` is 8 bytes of time, at most kMaxCosignatureTime, and 64 of signature.
std::optional<TimestampedSignature> SplitCosignature(std::string_view bytes);

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_COSIGNED_MESSAGE_H_
