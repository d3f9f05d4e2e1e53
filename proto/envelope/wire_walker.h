// The strict reader of signed payloads: protobuf (proto3) in exactly one form. Signed bytes are
// stored and forwarded verbatim, so two readers must never understand them differently, and nobody
// may be able to alter the bytes of a statement without altering what it says.
//
// Canonical is what a deterministic serialiser writes: a payload passes if and only if parsing it
// finds no unknown field or enum value, no nesting deeper than kMaxDepth, and serialising it again
// gives the same bytes.
#ifndef AMANA_PROTO_ENVELOPE_WIRE_WALKER_H_
#define AMANA_PROTO_ENVELOPE_WIRE_WALKER_H_

#include <string_view>

#include "absl/status/status.h"

namespace google::protobuf {
class Descriptor;
}

namespace amana::envelope {

// The payload itself is depth 1.
inline constexpr int kMaxDepth = 8;

// OK, or kInvalidArgument naming the field ("services[2].recipient", or "payload" where the bytes
// break before one is told) and one of:
//   UNKNOWN_FIELD        a number the message has not, or a map (which has no one form)
//   FIELD_REPEATED       a singular field twice, or two members of one oneof
//   FIELD_OUT_OF_ORDER   a lower number after a higher one
//   NON_MINIMAL_VARINT   a tag, length or value longer than needed or out of its type's range
//   WIRE_TYPE_INVALID    not the field's wire type; groups; repeated scalars that are not packed
//   EXPLICIT_DEFAULT     the default of a field without presence; an empty packed field
//   UNKNOWN_CODE         an enum value that the list has not
//   UTF8_INVALID         a string that is not UTF-8
//   TRUNCATED            a field that ends after its message
//   NESTING_TOO_DEEP     messages within messages beyond kMaxDepth
// About 1 us per KiB. Thread-safe. A table per Descriptor is kept for ever: descriptors must be
// those of generated code, or live as long as the process. proto3 messages only.
absl::Status CheckCanonical(const google::protobuf::Descriptor& descriptor, std::string_view bytes);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_WIRE_WALKER_H_
