#include "agency-adapters/cli/report.h"

#include <algorithm>

#include "base/status.h"

namespace amana::cli {

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string Rfc3339Millis(int64_t unix_ms) {
  return unix_ms == 0 ? std::string() : Rfc3339(absl::FromUnixMillis(unix_ms));
}

std::string Table::Text() const {
  if (rows_.size() < 2) return {};
  std::vector<size_t> widths(rows_[0].size());
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string ErrorText(const absl::Status& error) {
  return amana::ErrorText("amana", error, HintFor(ErrorReason(error)));
}

Json ErrorJson(const absl::Status& error) {
  return amana::ErrorJson(error, ExitCodeOf(error), HintFor(ErrorReason(error)));
}

}  // namespace amana::cli
