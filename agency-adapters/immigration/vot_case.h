// A row of the profile DIS-VOT-IN, in which the department refers a person, as the item that the
// runtime takes. The machine readable zone is verified (mrz.h) and must agree with the columns
// beside it; what it does not say for certain stays out of the record.
//
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_VOT_CASE_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_VOT_CASE_H_

#include "absl/status/statusor.h"
#include "agency-adapters/immigration/profile_file.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::immigration {

extern const Profile kVotIn;

// The record's fields are those of immigration.mapping.toml. SURNAME and GIVEN_NAMES are left out
// when the name fills its field, and may go on; BIRTH_DATE and DOC_EXPIRY when more than one
// century is possible at ENTRY_DATE.
//
// Errors: the row's own; CELL_INVALID, CELL_MISSING, CELLS_DISAGREE, those of ParseMrz, whose field
// is "MRZ.birth" and the like.
absl::StatusOr<runtime::NativeItem> CaseOf(const ProfileRow& row);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_VOT_CASE_H_
