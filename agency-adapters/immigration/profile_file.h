// A CSV file as the immigration department exchanges them: a profile line, a header, rows.
//
//   #profile=DIS-VOT-IN;v=1;charset=UTF-8;tz=Africa/Nairobi;rows=1
//   REF_NO,MSG_TYPE,DOC_TYPE,...
//   DIS-SYNTH-000001,REFERRAL,P,...
//
// Every line ends in CR LF; RFC 4180 quotes. A bad row spoils no other: it is refused by itself.
// What makes the whole file doubtful (another profile, LF alone, another number of rows than
// announced) refuses it whole.
//
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_PROFILE_FILE_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_PROFILE_FILE_H_

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace amana::immigration {

struct Profile {
  std::string_view name;
  std::span<const std::string_view> required;  // columns, in any order
  std::span<const std::string_view> optional;
};

struct ProfileRow {
  size_t number = 0;                                      // from 1, the header not counted
  std::string ref_no;                                     // empty where it is none
  absl::Status status;                                    // of the row by itself
  std::map<std::string, std::string, std::less<>> cells;  // by column, if OK; empty ones left out
};

struct ProfileFile {
  const Profile* profile = nullptr;
  std::vector<ProfileRow> rows;  // all that were announced
};

inline constexpr size_t kMaxFileSize = 8 * 1024 * 1024;
inline constexpr size_t kMaxRows = 10'000;
inline constexpr size_t kMaxCell = 8 * 1024;

// `profiles` are those that are taken. Errors, for the file: FILE_TOO_LARGE, CHARSET_INVALID,
// LINE_ENDS_INVALID, PROFILE_INVALID, HEADER_INVALID, ROW_COUNT_WRONG. For rows: COLUMN_COUNT,
// TEXT_INVALID, QUOTE_BROKEN and, for those behind it, ROW_UNREAD, REF_NO_INVALID,
// REF_NO_REPEATED.
absl::StatusOr<ProfileFile> ReadProfileFile(std::string_view bytes,
                                            std::span<const Profile> profiles);

// A file of one of our profiles: profile line, header and rows, cells guarded against being taken
// for a formula (CsvSafeCell).
std::string WriteProfileFile(std::string_view profile, std::span<const std::string_view> columns,
                             std::span<const std::vector<std::string>> rows);

// A cell that no spreadsheet takes for a formula: one that begins with = + - @, a tab or a line end
// gets an apostrophe in front, and so does one that begins with an apostrophe.
std::string CsvSafeCell(std::string_view text);

// 1 to 64 of A-Z a-z 0-9 . _ / -, the first a letter or a digit.
bool IsRefNo(std::string_view text);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_PROFILE_FILE_H_
