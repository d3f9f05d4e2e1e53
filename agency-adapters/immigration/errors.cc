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

absl::Status ProfileInvalid(std::string_view word, std::string_view expected) {
  return Invalid("PROFILE_INVALID", word, "profile line: expected " + std::string(expected));
}

absl::Status CharsetInvalid() {
  return Invalid("CHARSET_INVALID", "charset", "the file is no text in UTF-8");
}

absl::Status LineEndsInvalid(size_t line) {
  return Invalid("LINE_ENDS_INVALID", "line_ends",
                 "line " + std::to_string(line) + " does not end in CR LF");
}

absl::Status HeaderInvalid(std::string_view field, std::string_view why) {
  return Invalid("HEADER_INVALID", field, std::string(field) + ": " + std::string(why));
}

absl::Status RowCountWrong(size_t announced, size_t found) {
  return Invalid("ROW_COUNT_WRONG", "rows",
                 "the profile line announces " + std::to_string(announced) + " rows, there are " +
                     std::to_string(found));
}

absl::Status DigestWrong() {
  return Invalid("SHA256_MISMATCH", "sha256", "the file is not what its .sha256 says");
}

absl::Status FileTooLarge(size_t limit) {
  return Invalid("FILE_TOO_LARGE", "file", "more than " + std::to_string(limit) + " bytes or rows");
}

absl::Status ColumnCountWrong() {
  return Invalid("COLUMN_COUNT", "row", "the row has not as many cells as the header");
}

absl::Status QuoteBroken(std::string_view column) {
  return Invalid("QUOTE_BROKEN", column, "its quotes cannot be paired");
}

absl::Status RowUnread() {
  return Invalid("ROW_UNREAD", "row", "it stands behind quotes that cannot be paired");
}

absl::Status TextInvalid(std::string_view column) {
  return Invalid("TEXT_INVALID", column, "not UTF-8, control characters, or too long");
}

absl::Status RefNoInvalid() {
  return Invalid("REF_NO_INVALID", "REF_NO", "expected 1 to 64 of A-Z a-z 0-9 . _ / -");
}

absl::Status RefNoRepeated() {
  return Invalid("REF_NO_REPEATED", "REF_NO", "a row above has the same number");
}

absl::Status RefNoReused() {
  return Invalid("REF_NO_REUSED", "REF_NO", "another file's row has the number and says otherwise");
}

absl::Status CellInvalid(std::string_view column, std::string_view expected) {
  return Invalid("CELL_INVALID", column,
                 std::string(column) + ": expected " + std::string(expected));
}

absl::Status CellMissing(std::string_view column) {
  return Invalid("CELL_MISSING", column, std::string(column) + " is empty");
}

absl::Status CellsDisagree(std::string_view column, std::string_view with) {
  return Invalid("CELLS_DISAGREE", column,
                 std::string(column) + " does not say what " + std::string(with) + " says");
}

absl::Status SectionNotNamed(std::string_view field) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "SECTION_NOT_NAMED", field,
                   "no consent on file names this agency: nothing of a section is written");
}

absl::Status ValueUnwritable(std::string_view field, std::string_view why) {
  return Invalid("VALUE_UNWRITABLE", field, std::string(field) + ": " + std::string(why));
}

}  // namespace amana::immigration
