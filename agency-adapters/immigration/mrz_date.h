// Dates of a machine readable zone: six characters YYMMDD. The century is not printed, and parts
// may be unknown (Doc 9303-3, 4.8: "<<" for each such part).
//
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_DATE_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_DATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"

namespace amana::immigration {

struct MrzDate {
  std::optional<int> year;  // 0 to 99, as printed
  std::optional<int> month;
  std::optional<int> day;

  bool whole() const { return year && month && day; }
  std::string text() const;  // as printed

  friend bool operator==(const MrzDate&, const MrzDate&) = default;
};

// None for what is no such date: "741301", "7<0812", "230229" (in no century), "000000".
std::optional<MrzDate> ParseMrzDate(std::string_view text);

// The day with its century, or none where a part is unknown or more than one century is possible:
// that is left to people who can see the person.
//
// A birth lies on or before `today` and at most 120 years back: in 2031 only "110101" to "311231"
// stay open.
std::optional<absl::CivilDay> BirthDay(const MrzDate& date, absl::CivilDay today);
// An expiry lies in 1980, when the first such documents were issued, or later, and less than 50
// years after `today`.
std::optional<absl::CivilDay> ExpiryDay(const MrzDate& date, absl::CivilDay today);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_MRZ_DATE_H_
