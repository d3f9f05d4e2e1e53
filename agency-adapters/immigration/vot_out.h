// What Amana writes to the department: the profile DIS-VOT-OUT, one row a file. Header facts are
// codes; columns of sections are filled only for a case whose consent names the department.
//
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_VOT_OUT_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_VOT_OUT_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::immigration {

// Whether the department has it on file that this consent names it.
using NamesUs = std::function<bool(std::string_view consent_ref)>;

// The whole file. Errors: SECTION_NOT_NAMED, naming the field, when the record, or an answer to a
// question, holds more than header facts and its CONSENT_REF does not name the department: nothing
// of it is written. VALUE_UNWRITABLE: a field that the profile has no column for, several values
// where it has one.
absl::StatusOr<std::string> WriteVotOut(const runtime::NativeDelivery& delivery,
                                        const NamesUs& names_us);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_VOT_OUT_H_
