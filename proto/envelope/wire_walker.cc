#include "proto/envelope/wire_walker.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/status.h"
#include "proto/envelope/utf8.h"
#include "proto/envelope/wire_table.h"

namespace amana::envelope {
namespace {

struct Reason {
  std::string_view code;
  std::string_view why;
};
constexpr Reason kUnknownField = {"UNKNOWN_FIELD", "not a field of its message"};
constexpr Reason kFieldRepeated = {"FIELD_REPEATED", "given more than once"};
constexpr Reason kOutOfOrder = {"FIELD_OUT_OF_ORDER", "after a field of a higher number"};
constexpr Reason kNonMinimal = {"NON_MINIMAL_VARINT", "not the shortest form in its type's range"};
constexpr Reason kWireType = {"WIRE_TYPE_INVALID", "not encoded as its type"};
constexpr Reason kDefault = {"EXPLICIT_DEFAULT", "a default value must be left out"};
constexpr Reason kUnknownCode = {"UNKNOWN_CODE", "not a code of its list"};
constexpr Reason kUtf8 = {"UTF8_INVALID", "not UTF-8"};
constexpr Reason kTruncated = {"TRUNCATED", "ends after its message"};
constexpr Reason kTooDeep = {"NESTING_TOO_DEEP", "nested too deep"};

// A piece of the input that is consumed from the front.
struct Input {
  const uint8_t* p;
  const uint8_t* end;
  size_t left() const { return static_cast<size_t>(end - p); }
};

// Recursive descent. Every function returns false once `reason_` is set; the path is put together
// on the way out, so that the good case pays nothing for it.
class Walker {
 public:
  bool Message(const WireTable& table, Input in, int depth);
  absl::Status Error() const;

 private:
  bool Fail(const Reason& reason) {
    reason_ = &reason;
    return false;
  }
  bool FailAt(const Reason& reason, std::string segment) {
    path_.push_back(std::move(segment));
    return Fail(reason);
  }
  bool Varint(Input& in, uint64_t& value);
  bool Length(Input& in, Input& content);
  bool FieldContent(const WireField& field, Input& in, int depth);
  bool Text(const WireField& field, Input& in);
  bool Scalar(const WireField& field, Input& in, bool& is_default);
  bool Packed(const WireField& field, Input& in);

  const Reason* reason_ = nullptr;
  std::vector<std::string> path_;  // innermost first
};

bool Walker::Varint(Input& in, uint64_t& value) {
  if (in.p == in.end) return Fail(kTruncated);
  if (*in.p < 0x80) {
    value = *in.p++;
    return true;
  }
  value = 0;
  for (int i = 0; i < 10; ++i) {
    if (in.p == in.end) return Fail(kTruncated);
    const uint8_t byte = *in.p++;
    if (i == 9 && byte > 1) return Fail(kNonMinimal);  // beyond 64 bits
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) return byte != 0 || Fail(kNonMinimal);
  }
  return Fail(kNonMinimal);
}

bool Walker::Length(Input& in, Input& content) {
  uint64_t length = 0;
  if (!Varint(in, length)) return false;
  if (length > in.left()) return Fail(kTruncated);
  content = {in.p, in.p + length};
  in.p += length;
  return true;
}

bool Walker::Scalar(const WireField& field, Input& in, bool& is_default) {
  if (field.kind == WireKind::kFixed32 || field.kind == WireKind::kFixed64) {
    const size_t size = field.kind == WireKind::kFixed32 ? 4 : 8;
    if (in.left() < size) return Fail(kTruncated);
    is_default = std::all_of(in.p, in.p + size, [](uint8_t byte) { return byte == 0; });
    in.p += size;
    return true;
  }
  uint64_t value = 0;
  if (!Varint(in, value)) return false;
  is_default = value == 0;
  switch (field.kind) {
    case WireKind::kBool:
      return value <= 1 || Fail(kNonMinimal);
    case WireKind::kUint32:
    case WireKind::kSint32:
      return value <= UINT32_MAX || Fail(kNonMinimal);
    case WireKind::kInt32: {
      const auto number = static_cast<int64_t>(value);
      return (number >= INT32_MIN && number <= INT32_MAX) || Fail(kNonMinimal);
    }
    case WireKind::kEnum:
      return field.codes.Contains(value) || Fail(kUnknownCode);
    default:
      return true;  // 64 bits: any value
  }
}

bool Walker::Packed(const WireField& field, Input& in) {
  Input content = {};
  if (!Length(in, content)) return false;
  if (content.left() == 0) return Fail(kDefault);
  bool is_default = false;
  while (content.p != content.end) {
    if (!Scalar(field, content, is_default)) return false;
  }
  return true;
}

bool Walker::Text(const WireField& field, Input& in) {
  Input content = {};
  if (!Length(in, content)) return false;
  if (content.left() == 0) return field.presence || field.repeated || Fail(kDefault);
  if (field.kind == WireKind::kBytes) return true;
  const std::string_view text(reinterpret_cast<const char*>(content.p), content.left());
  return IsValidUtf8(text) || Fail(kUtf8);
}

bool Walker::FieldContent(const WireField& field, Input& in, int depth) {
  switch (field.kind) {
    case WireKind::kForbidden:
      return Fail(kUnknownField);
    case WireKind::kString:
    case WireKind::kBytes:
      return Text(field, in);
    case WireKind::kMessage: {
      Input content = {};
      return Length(in, content) && Message(*field.message, content, depth + 1);
    }
    default: {
      if (field.packed) return Packed(field, in);
      bool is_default = false;
      return Scalar(field, in, is_default) && (!is_default || field.presence || Fail(kDefault));
    }
  }
}

bool Walker::Message(const WireTable& table, Input in, int depth) {
  if (depth > kMaxDepth) return Fail(kTooDeep);
  const WireField* const none = table.fields.data() + table.fields.size();
  const WireField* field = table.fields.data();
  uint32_t last = 0;    // number of the field before
  size_t index = 0;     // within a repeated field
  uint64_t oneofs = 0;  // those that have a member already
  while (in.p != in.end) {
    uint64_t tag = 0;
    if (!Varint(in, tag)) return false;
    const uint64_t number = tag >> 3;
    if (number < last) {
      const WireField* earlier = table.Find(static_cast<uint32_t>(number));
      return earlier == nullptr ? FailAt(kUnknownField, std::to_string(number))
                                : FailAt(kOutOfOrder, earlier->name);
    }
    while (field != none && field->number < number) ++field;
    if (field == none || field->number != number) {
      return FailAt(kUnknownField, std::to_string(number));
    }
    const bool again = number == last;
    index = again ? index + 1 : 0;
    const uint64_t oneof = field->oneof < 0 ? 0 : uint64_t{1} << field->oneof;
    if ((again && (!field->repeated || field->packed)) || (oneofs & oneof) != 0) {
      return FailAt(kFieldRepeated, field->name);
    }
    oneofs |= oneof;
    last = field->number;
    const uint64_t wire_type = field->packed ? 2 : field->wire_type;
    const bool fits = (tag & 7) == wire_type || Fail(kWireType);
    if (!fits || !FieldContent(*field, in, depth)) {
      const bool numbered = field->repeated && !field->packed;
      path_.push_back(numbered ? field->name + "[" + std::to_string(index) + "]" : field->name);
      return false;
    }
  }
  return true;
}

absl::Status Walker::Error() const {
  std::string path;
  std::for_each(path_.rbegin(), path_.rend(), [&path](const std::string& segment) {
    if (!path.empty()) path += '.';
    path += segment;
  });
  if (path.empty()) path = "payload";  // before its next field could be told
  return MakeError(absl::StatusCode::kInvalidArgument, reason_->code, path,
                   path + ": " + std::string(reason_->why));
}

}  // namespace

absl::Status CheckCanonical(const google::protobuf::Descriptor& descriptor,
                            std::string_view bytes) {
  const auto* begin = reinterpret_cast<const uint8_t*>(bytes.data());
  Walker walker;
  if (walker.Message(WireTableFor(descriptor), {begin, begin + bytes.size()}, 1)) {
    return absl::OkStatus();
  }
  return walker.Error();
}

}  // namespace amana::envelope
