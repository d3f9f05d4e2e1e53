#include "broker/events/update_detail.h"

#include <cstddef>

namespace amana::events {
namespace {

constexpr size_t kNumber = 4;

// Bytes before the number; none where an event of this kind names no update.
constexpr size_t kNone = static_cast<size_t>(-1);
size_t BytesBefore(v1::EventKind kind) {
  if (kind == v1::EVENT_KIND_REFERRAL_UPDATED) return 0;
  if (kind == v1::EVENT_KIND_MISMATCH_REPORTED) return 3;
  const bool delivery =
      kind >= v1::EVENT_KIND_DELIVERY_LEASED && kind <= v1::EVENT_KIND_DELIVERY_ERASED;
  return delivery ? 1 : kNone;
}

}  // namespace

void NameUpdate(uint32_t number, Event& event) {
  const size_t before = BytesBefore(event.kind);
  if (number == 0 || before == kNone) return;
  event.detail.resize(before, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) {
    event.detail.push_back(static_cast<char>(number >> shift));
  }
}

uint32_t UpdateOf(const Event& event) {
  const size_t before = BytesBefore(event.kind);
  if (before == kNone || event.detail.size() != before + kNumber) return 0;
  uint32_t number = 0;
  for (size_t i = before; i < event.detail.size(); ++i) {
    number = number << 8 | static_cast<uint8_t>(event.detail[i]);
  }
  return number;
}

}  // namespace amana::events
