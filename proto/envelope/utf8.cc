#include "proto/envelope/utf8.h"

#include <cstdint>
#include <cstring>

namespace amana::envelope {
namespace {

// Length of the sequence at `p`, 0 when it is malformed.
size_t SequenceLength(const uint8_t* p, size_t left) {
  const uint8_t first = p[0];
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || length > left) return 0;
  // The second byte's range is narrower after some first bytes.
  uint8_t low = 0x80, high = 0xbf;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  if (p[1] < low || p[1] > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (p[i] < 0x80 || p[i] > 0xbf) return 0;
  }
  return length;
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  const auto* p = reinterpret_cast<const uint8_t*>(text.data());
  size_t left = text.size();
  while (left > 0) {
    // Nearly all text here is ASCII: eight bytes at a time.
    uint64_t word;
    while (left >= sizeof word && (std::memcpy(&word, p, sizeof word), true) &&
           (word & 0x8080808080808080u) == 0) {
      p += sizeof word;
      left -= sizeof word;
    }
    if (left == 0) break;
    const size_t length = SequenceLength(p, left);
    if (length == 0) return false;
    p += length;
    left -= length;
  }
  return true;
}

}  // namespace amana::envelope
