// Integers inside hashed and authenticated bytes: 4 bytes, big-endian.
#ifndef AMANA_PROTO_ENVELOPE_BIG_ENDIAN_H_
#define AMANA_PROTO_ENVELOPE_BIG_ENDIAN_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace amana::envelope {

inline void AppendBigEndian32(uint32_t value, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

// Of the first four bytes; `bytes` must have them.
inline uint32_t ReadBigEndian32(std::string_view bytes) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_BIG_ENDIAN_H_
