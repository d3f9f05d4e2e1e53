// What a native format says, as it says it: texts by field name, nothing interpreted. Between an
// agency's codec (bytes <-> Record) and its mapping file (Record <-> CaseFacts).
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_RECORD_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_RECORD_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace amana::mapping {

// A repeated field has several values, in order. An empty text says nothing: in a field that
// stands alone it is the same as no field; in one that is repeated within elements it keeps the
// element's place (a second perpetrator whose age is not said: {"31", ""} beside two roles).
// Contents are UTF-8 (the codec's care), and never go into a log, an error or a metric.
struct Record {
  std::map<std::string, std::vector<std::string>, std::less<>> fields;

  friend bool operator==(const Record&, const Record&) = default;
};

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_RECORD_H_
