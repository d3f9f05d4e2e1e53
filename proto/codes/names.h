// Code names <-> enum values, for every code list of amana/v1/codes.proto: "ACCOMMODATION" <->
// SERVICE_TYPE_ACCOMMODATION. The names are the descriptors' own, without the list's prefix, which
// is how the domain tables write them. Pure; thread-safe.
#ifndef AMANA_PROTO_CODES_NAMES_H_
#define AMANA_PROTO_CODES_NAMES_H_

#include <google/protobuf/generated_enum_reflection.h>

#include <optional>
#include <string_view>

#include "amana/v1/codes.pb.h"

namespace amana::codes {

// The part common to all values of a list: what its value 0 has before "UNSPECIFIED".
std::string_view PrefixOf(const google::protobuf::EnumDescriptor& list);
// "UNKNOWN" for a number that the list has not; "UNSPECIFIED" for 0. Lives as long as the program.
std::string_view NameIn(const google::protobuf::EnumDescriptor& list, int number);
// None for a name that the list has not; UNSPECIFIED is nobody's name.
std::optional<int> NumberIn(const google::protobuf::EnumDescriptor& list, std::string_view name);
bool KnownIn(const google::protobuf::EnumDescriptor& list, int number);

template <typename E>
std::string_view CodeName(E code) {
  return NameIn(*google::protobuf::GetEnumDescriptor<E>(), static_cast<int>(code));
}

template <typename E>
std::optional<E> ParseCode(std::string_view name) {
  const std::optional<int> number = NumberIn(*google::protobuf::GetEnumDescriptor<E>(), name);
  return number.has_value() ? std::optional<E>(static_cast<E>(*number)) : std::nullopt;
}

// In the list, and not UNSPECIFIED. The lists are closed: whatever is not known is refused.
template <typename E>
bool IsKnown(E code) {
  return KnownIn(*google::protobuf::GetEnumDescriptor<E>(), static_cast<int>(code));
}

}  // namespace amana::codes

#endif  // AMANA_PROTO_CODES_NAMES_H_
