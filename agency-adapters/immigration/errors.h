// The error catalogue of the immigration room: kInvalidArgument unless said otherwise. Reasons are
// stable and go into .rej files; `field` is a column ("ENTRY_DATE") or a part of a machine readable
// zone ("document_number"). Messages name fields, positions and rules, never content.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_ERRORS_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace amana::immigration {

// Machine readable zones.
absl::Status MrzFormatUnknown();                                      // MRZ_FORMAT_UNKNOWN
absl::Status MrzCharacter(std::string_view line, size_t position);    // MRZ_CHARACTER; from 1
absl::Status MrzCheckDigit(std::string_view field);                   // MRZ_CHECK_DIGIT
absl::Status MrzField(std::string_view field, std::string_view why);  // MRZ_FIELD
absl::Status MrzStateUnknown(std::string_view field);                 // MRZ_STATE_UNKNOWN

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_ERRORS_H_
