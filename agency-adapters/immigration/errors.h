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

// Files as a whole: nothing of them is taken. `field` is a word of the profile line or a column.
absl::Status ProfileInvalid(std::string_view word, std::string_view expected);  // PROFILE_INVALID
absl::Status CharsetInvalid();              // CHARSET_INVALID: no UTF-8 text file at all
absl::Status LineEndsInvalid(size_t line);  // LINE_ENDS_INVALID: LF or CR alone; from 1
absl::Status HeaderInvalid(std::string_view field, std::string_view why);  // HEADER_INVALID
absl::Status RowCountWrong(size_t announced, size_t found);                // ROW_COUNT_WRONG
absl::Status DigestWrong();                                                // SHA256_MISMATCH
absl::Status FileTooLarge(size_t limit);                                   // FILE_TOO_LARGE

// Rows, each for itself.
absl::Status ColumnCountWrong();                                               // COLUMN_COUNT
absl::Status QuoteBroken(std::string_view column);                             // QUOTE_BROKEN
absl::Status RowUnread();                                                      // ROW_UNREAD
absl::Status TextInvalid(std::string_view column);                             // TEXT_INVALID
absl::Status RefNoInvalid();                                                   // REF_NO_INVALID
absl::Status RefNoRepeated();                                                  // REF_NO_REPEATED
absl::Status RefNoReused();                                                    // REF_NO_REUSED
absl::Status CellInvalid(std::string_view column, std::string_view expected);  // CELL_INVALID
absl::Status CellMissing(std::string_view column);                             // CELL_MISSING
absl::Status CellsDisagree(std::string_view column, std::string_view with);    // CELLS_DISAGREE

// What came for immigration and is not written: kFailedPrecondition SECTION_NOT_NAMED.
absl::Status SectionNotNamed(std::string_view field);
// kInvalidArgument VALUE_UNWRITABLE: the profile cannot say it.
absl::Status ValueUnwritable(std::string_view field, std::string_view why);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_ERRORS_H_
