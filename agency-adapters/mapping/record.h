// What a native format says, as it says it: texts by field name, nothing interpreted. Value type.
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_RECORD_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_RECORD_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace amana::mapping {

struct Record {
  // A repeated field has several values, in order. A field without a value is not there.
  std::map<std::string, std::vector<std::string>, std::less<>> fields;
  friend bool operator==(const Record&, const Record&) = default;
};

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_RECORD_H_
