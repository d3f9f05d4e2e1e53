#include "proto/codes/names.h"

#include <string>

namespace amana::codes {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;

namespace {

constexpr std::string_view kUnspecified = "UNSPECIFIED";

}  // namespace

std::string_view PrefixOf(const EnumDescriptor& list) {
  std::string_view zero = list.value(0)->name();
  if (zero.ends_with(kUnspecified)) zero.remove_suffix(kUnspecified.size());
  return zero;
}

std::string_view NameIn(const EnumDescriptor& list, int number) {
  const EnumValueDescriptor* value = list.FindValueByNumber(number);
  if (value == nullptr) return "UNKNOWN";
  std::string_view name = value->name();
  name.remove_prefix(PrefixOf(list).size());
  return name;
}

std::optional<int> NumberIn(const EnumDescriptor& list, std::string_view name) {
  std::string full(PrefixOf(list));
  full.append(name);
  const EnumValueDescriptor* value = list.FindValueByName(full);
  if (value == nullptr || value->number() == 0) return std::nullopt;
  return value->number();
}

bool KnownIn(const EnumDescriptor& list, int number) {
  return number != 0 && list.FindValueByNumber(number) != nullptr;
}

}  // namespace amana::codes
