// The members of "header" in a case as JSON, for mapping files and for CaseFacts.
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_HEADER_MEMBER_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_HEADER_MEMBER_H_

#include <google/protobuf/descriptor.h>

#include <string_view>
#include <vector>

#include "agency-adapters/mapping/value.h"

namespace amana::mapping {

struct HeaderMember {
  std::string_view path;  // "header.services[].service"
  enum class Kind { kCode, kBoolean, kText, kCounty } kind = Kind::kText;
  const google::protobuf::EnumDescriptor* list = nullptr;  // kCode
  Shape shape = Shape::kFree;
};

const std::vector<HeaderMember>& HeaderMembers();
// `path` with its places as []. Null if there is none.
const HeaderMember* FindHeaderMember(std::string_view path);

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_HEADER_MEMBER_H_
