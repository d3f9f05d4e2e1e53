// The first line of an exchanged file: "#profile=NAME;v=1;charset=UTF-8;tz=Africa/Nairobi;rows=3".
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_PROFILE_LINE_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_PROFILE_LINE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace amana::immigration {

struct ProfileLine {
  std::string name;
  size_t rows = 0;
};

// PROFILE_INVALID naming the word (profile, v, charset, tz, rows) that is absent, doubled, unknown
// or not what version 1 has. Charset and zone are those of the example and no others.
absl::StatusOr<ProfileLine> ReadProfileLine(std::string_view line);

std::string WriteProfileLine(std::string_view name, size_t rows);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_PROFILE_LINE_H_
