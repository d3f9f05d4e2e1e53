#include "agency-adapters/immigration/errors.h"

#include <string>

#include "base/status.h"

namespace amana::immigration {
namespace {

absl::Status Invalid(std::string_view reason, std::string_view field, std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, field, message);
}

}  // namespace

absl::Status MrzFormatUnknown() {
  return Invalid("MRZ_FORMAT_UNKNOWN", "mrz",
                 "lines and document code are those of no TD1, TD2, TD3, MRV-A or MRV-B");
}

absl::Status MrzCharacter(std::string_view line, size_t position) {
  return Invalid("MRZ_CHARACTER", line,
                 "character " + std::to_string(position) + " of " + std::string(line) +
                     " is none of A-Z, 0-9, <");
}

absl::Status MrzCheckDigit(std::string_view field) {
  return Invalid("MRZ_CHECK_DIGIT", field,
                 "the check digit of " + std::string(field) + " does not fit");
}

absl::Status MrzField(std::string_view field, std::string_view why) {
  return Invalid("MRZ_FIELD", field, std::string(field) + ": " + std::string(why));
}

absl::Status MrzStateUnknown(std::string_view field) {
  return Invalid("MRZ_STATE_UNKNOWN", field,
                 std::string(field) + " is no code of Doc 9303-3, section 5");
}

}  // namespace amana::immigration
