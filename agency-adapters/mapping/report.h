// What became of each field: names only, never a content.
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_REPORT_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_REPORT_H_

#include <string>
#include <string_view>
#include <vector>

namespace amana::mapping {

enum class Outcome {
  kMapped,
  kDropped,  // not carried over; `why` says what the mapping file or the engine says of it
  kRefused,  // the whole record is refused for it
};

struct ReportLine {
  std::string native;  // "ENTRY_DATE"; empty where a fact has no native place
  std::string fact;    // "TRAVEL_DOC.entry_stamps[].date"; empty where a field has no fact
  Outcome outcome = Outcome::kMapped;
  std::string why;

  friend bool operator==(const ReportLine&, const ReportLine&) = default;
};

struct Report {
  std::string mapping;  // name and version of the mapping file
  std::vector<ReportLine> lines;

  friend bool operator==(const Report&, const Report&) = default;
};

// One line each: "MAPPED   ENTRY_DATE - TRAVEL_DOC.entry_stamps[].date".
std::string ToText(const Report& report);
// {"mapping": "...", "mapped": [{"native":, "fact":}], "dropped": [{..., "why":}], "refused":
// [...]}
std::string ToJson(const Report& report);

// A name that came from outside, if it looks like a field's name (letters, digits and _:/.@$#[]-,
// at most 128), else "(a name that is not shown)": strangers put anything there.
std::string ShownName(std::string_view name);

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_REPORT_H_
