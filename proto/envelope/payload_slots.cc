#include "proto/envelope/payload_slots.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>

#include <string>

#include "base/ids.h"

namespace amana::envelope {
namespace {

constexpr uint64_t kVarint = 0;
constexpr uint64_t kFixed64 = 1;
constexpr uint64_t kLengthDelimited = 2;
constexpr uint64_t kFixed32 = 5;

// Tag and length, before each value.
std::string PrefixOf(uint32_t number) {
  std::string prefix;
  for (uint64_t tag = uint64_t{number} << 3 | kLengthDelimited;; tag >>= 7) {
    if (tag < 0x80) {
      prefix.push_back(static_cast<char>(tag));
      break;
    }
    prefix.push_back(static_cast<char>(tag | 0x80));
  }
  prefix.push_back(static_cast<char>(Digest::kSize));
  return prefix;
}

bool TakeVarint(std::string_view& rest, uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(rest.front());
    rest.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool SkipContent(std::string_view& rest, uint64_t wire_type) {
  uint64_t size = 0;
  switch (wire_type) {
    case kVarint:
      return TakeVarint(rest, size);
    case kFixed64:
      size = 8;
      break;
    case kLengthDelimited:
      if (!TakeVarint(rest, size)) return false;
      break;
    case kFixed32:
      size = 4;
      break;
    default:
      return false;
  }
  if (size > rest.size()) return false;
  rest.remove_prefix(size);
  return true;
}

// From the first field with this number on.
std::optional<std::string_view> SeekField(std::string_view rest, uint32_t number) {
  while (!rest.empty()) {
    const std::string_view here = rest;
    uint64_t tag = 0;
    if (!TakeVarint(rest, tag) || tag >> 3 > number) return std::nullopt;
    if (tag >> 3 == number) return here;
    if (!SkipContent(rest, tag & 7)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<PayloadSlots> PayloadSlots::Find(std::string_view payload,
                                               std::initializer_list<SlotRun> fields) {
  const std::optional<std::string_view> start = SeekField(payload, fields.begin()->number);
  if (!start.has_value()) return std::nullopt;
  PayloadSlots found;
  std::string_view rest = *start;
  for (const SlotRun& field : fields) {
    const std::string prefix = PrefixOf(field.number);
    found.stride_ = prefix.size() + Digest::kSize;
    for (size_t i = 0; i < field.count; ++i, rest.remove_prefix(found.stride_)) {
      if (rest.size() < found.stride_ || !rest.starts_with(prefix)) return std::nullopt;
    }
  }
  found.before_ = payload.substr(0, payload.size() - start->size());
  found.slots_ = start->substr(0, start->size() - rest.size());
  found.after_ = rest;
  return found;
}

bool PayloadSlots::ParseRest(google::protobuf::MessageLite& message) const {
  if (!message.ParseFromArray(before_.data(), static_cast<int>(before_.size()))) return false;
  if (after_.empty()) return true;
  google::protobuf::io::CodedInputStream after(reinterpret_cast<const uint8_t*>(after_.data()),
                                               static_cast<int>(after_.size()));
  return message.MergeFromCodedStream(&after) && after.ConsumedEntireMessage();
}

std::string_view PayloadSlots::operator[](size_t index) const {
  return slots_.substr((index + 1) * stride_ - Digest::kSize, Digest::kSize);
}

}  // namespace amana::envelope
