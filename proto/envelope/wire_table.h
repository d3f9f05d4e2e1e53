// What the wire walker needs of a message's Descriptor, laid out for speed. For wire_walker.cc.
#ifndef AMANA_PROTO_ENVELOPE_WIRE_TABLE_H_
#define AMANA_PROTO_ENVELOPE_WIRE_TABLE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace google::protobuf {
class Descriptor;
class EnumDescriptor;
}  // namespace google::protobuf

namespace amana::envelope {

struct WireTable;

enum class WireKind : uint8_t {
  kBool,
  kInt32,  // sign-extended to 64 bits
  kUint32,
  kSint32,
  kVarint64,
  kEnum,
  kFixed32,
  kFixed64,
  kString,
  kBytes,
  kMessage,
  kForbidden,  // maps and groups
};

// The values of one enum; those below 256 as bits.
struct WireCodes {
  std::array<uint64_t, 4> low = {};
  const google::protobuf::EnumDescriptor* descriptor = nullptr;

  bool Contains(uint64_t wire_value) const;
};

struct WireField {
  uint32_t number = 0;
  WireKind kind = WireKind::kForbidden;
  uint8_t wire_type = 0;  // of one element
  bool repeated = false;
  bool packed = false;    // repeated and of scalar type
  bool presence = false;  // a default may be written out
  int8_t oneof = -1;
  WireCodes codes;                     // kEnum
  const WireTable* message = nullptr;  // kMessage
  std::string name;
};

struct WireTable {
  std::vector<WireField> fields;  // ascending by number
  const WireField* Find(uint32_t number) const;
};

// Made on first use and kept for ever, as are those of the messages within. Thread-safe.
const WireTable& WireTableFor(const google::protobuf::Descriptor& descriptor);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_WIRE_TABLE_H_
