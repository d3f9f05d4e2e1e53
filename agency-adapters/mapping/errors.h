// The error catalogue of mapping/. Every error names a field and no content; all but the first are
// kInvalidArgument, permanent until the mapping file or the native record is mended.
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::mapping {

// MAPPING_INVALID: "file:line: key: what was expected", one line per finding.
absl::Status MappingInvalidError(std::string_view findings);
absl::Status FactsInvalidError(std::string_view member,
                               std::string_view expected);  // FACTS_INVALID

absl::Status FieldUnmappedError(std::string_view field);  // FIELD_UNMAPPED
absl::Status FieldMissingError(std::string_view field);   // FIELD_MISSING
absl::Status CodeUnknownError(std::string_view field);    // CODE_UNKNOWN: not in the code table
absl::Status ValueInvalidError(std::string_view field,
                               std::string_view expected);  // VALUE_INVALID
absl::Status ValueCountError(std::string_view field,
                             std::string_view expected);  // VALUE_COUNT: too many, or unequal
absl::Status FactsDisagreeError(std::string_view field);  // FACTS_DISAGREE: two for one place

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_ERRORS_H_
