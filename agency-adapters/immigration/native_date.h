// Dates as the department writes them: DD/MM/YYYY, and times in Africa/Nairobi, which has been
// three hours before UTC without a change since 1960. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_NATIVE_DATE_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_NATIVE_DATE_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace amana::immigration {

// None for what is no day of 1900 to 2199 in that form: "2/02/2031", "31/02/2031", "02-02-2031".
std::optional<absl::CivilDay> ParseNativeDate(std::string_view text);
std::string FormatNativeDate(absl::CivilDay day);
// "02/02/2031 11:15", or with seconds; none for anything else.
std::optional<absl::Time> ParseNativeTime(std::string_view text);
// "02/02/2031 11:15:00"; empty for an infinite time.
std::string FormatNativeTime(absl::Time time);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_NATIVE_DATE_H_
