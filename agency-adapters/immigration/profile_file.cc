#include "agency-adapters/immigration/profile_file.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "agency-adapters/formats/csv_records.h"
#include "agency-adapters/immigration/errors.h"
#include "agency-adapters/immigration/profile_line.h"
#include "base/status.h"
#include "proto/envelope/utf8.h"

namespace amana::immigration {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kFormulaStarts = "=+-@\t\r\n'";

bool Has(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

absl::Status CheckLineEnds(std::string_view bytes) {
  size_t line = 1;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const bool pair = bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n';
    if (pair) {
      ++i;
      ++line;
    } else if (bytes[i] == '\r' || bytes[i] == '\n') {
      return LineEndsInvalid(line);
    }
  }
  return bytes.ends_with("\r\n") ? absl::OkStatus() : LineEndsInvalid(line);
}

absl::Status CheckHeader(const std::vector<std::string>& names, const Profile& profile) {
  std::set<std::string_view> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!Has(profile.required, names[i]) && !Has(profile.optional, names[i])) {
      return HeaderInvalid("column " + std::to_string(i + 1), "the profile has no such column");
    }
    if (!seen.insert(names[i]).second) return HeaderInvalid(names[i], "it is there twice");
  }
  for (const std::string_view name : profile.required) {
    if (!seen.contains(name)) return HeaderInvalid(name, "it is absent");
  }
  return absl::OkStatus();
}

// Line breaks are allowed in words, and looked at with every other cell's meaning.
bool IsCellText(std::string_view text) {
  return text.size() <= kMaxCell && envelope::IsValidUtf8(text) &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) {
           return (c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7F;
         });
}

class RowReader {
 public:
  explicit RowReader(const std::vector<std::string>& columns) : columns_(columns) {}

  ProfileRow Read(size_t number, const std::vector<std::string>& cells) {
    ProfileRow row;
    row.number = number;
    row.status = Fill(cells, row);
    if (!row.status.ok()) row.cells.clear();
    return row;
  }

 private:
  absl::Status Fill(const std::vector<std::string>& cells, ProfileRow& row) {
    if (cells.size() != columns_.size()) return ColumnCountWrong();
    absl::Status status;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!IsCellText(cells[i])) {
        if (status.ok()) status = TextInvalid(columns_[i]);
      } else if (!cells[i].empty()) {
        row.cells[columns_[i]] = cells[i];
      }
    }
    const auto ref_no = row.cells.find("REF_NO");
    if (ref_no == row.cells.end() || !IsRefNo(ref_no->second)) return RefNoInvalid();
    row.ref_no = ref_no->second;
    if (!seen_.insert(row.ref_no).second) return RefNoRepeated();
    return status;
  }

  const std::vector<std::string>& columns_;
  std::set<std::string> seen_;
};

absl::StatusOr<ProfileFile> ReadRows(std::string_view bytes, const Profile& profile,
                                     size_t announced) {
  const formats::CsvRecords csv = formats::ReadCsvRecords(bytes);
  if (csv.records.empty()) return HeaderInvalid("header", "it is absent or its quotes are broken");
  const std::vector<std::string>& columns = csv.records[0].cells;
  AMANA_RETURN_IF_ERROR(CheckHeader(columns, profile));
  const size_t found = csv.records.size() - 1;
  if (csv.broken ? found >= announced : found != announced) {
    return RowCountWrong(announced, found + (csv.broken ? 1 : 0));
  }
  ProfileFile file;
  file.profile = &profile;
  RowReader reader(columns);
  for (size_t i = 1; i <= found; ++i) file.rows.push_back(reader.Read(i, csv.records[i].cells));
  for (size_t i = found + 1; i <= announced; ++i) {
    const size_t column = std::min(csv.broken->column, columns.size() - 1);
    file.rows.push_back({i, "", i == found + 1 ? QuoteBroken(columns[column]) : RowUnread(), {}});
  }
  return file;
}

}  // namespace

absl::StatusOr<ProfileFile> ReadProfileFile(std::string_view bytes,
                                            std::span<const Profile> profiles) {
  if (bytes.size() > kMaxFileSize) return FileTooLarge(kMaxFileSize);
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF") ||
      bytes.find('\0') != std::string_view::npos) {
    return CharsetInvalid();
  }
  AMANA_RETURN_IF_ERROR(CheckLineEnds(bytes));
  const size_t end = bytes.find("\r\n");
  AMANA_ASSIGN_OR_RETURN(const ProfileLine line, ReadProfileLine(bytes.substr(0, end)));
  for (const Profile& profile : profiles) {
    if (profile.name == line.name) return ReadRows(bytes.substr(end + 2), profile, line.rows);
  }
  return ProfileInvalid("profile", "a profile that is exchanged here");
}

std::string WriteProfileFile(std::string_view profile, std::span<const std::string_view> columns,
                             std::span<const std::vector<std::string>> rows) {
  std::string text = WriteProfileLine(profile, rows.size()) + "\r\n";
  for (size_t i = 0; i < columns.size(); ++i) text.append(i == 0 ? "" : ",").append(columns[i]);
  text += "\r\n";
  for (const std::vector<std::string>& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      text.append(i == 0 ? "" : ",").append(formats::CsvCell(CsvSafeCell(row[i])));
    }
    text += "\r\n";
  }
  return text;
}

std::string CsvSafeCell(std::string_view text) {
  const bool guard = !text.empty() && kFormulaStarts.find(text.front()) != std::string_view::npos;
  return (guard ? "'" : "") + std::string(text);
}

bool IsRefNo(std::string_view text) {
  return !text.empty() && text.size() <= 64 && absl::ascii_isalnum(text.front()) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '/' || c == '-';
         });
}

}  // namespace amana::immigration
