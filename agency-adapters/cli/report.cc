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

std::string Shown(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 0x20 && byte != 0x7F) || c == '\n' || c == '\t') {
      shown += c;
    } else {
      shown += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return shown;
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
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
  const std::string reason = ErrorReason(error);
  const std::string field = ErrorField(error);
  std::string text = "amana: " + (reason.empty() ? std::string("FAILED") : reason);
  if (!field.empty()) text += " (" + field + ")";
  text += ": " + Shown(std::string(error.message())) + "\n";
  if (const std::string_view hint = HintFor(reason); !hint.empty()) {
    text += "  hint: " + std::string(hint) + "\n";
  }
  return text;
}

Json ErrorJson(const absl::Status& error) {
  const std::string reason = ErrorReason(error);
  Json json = {{"error", reason.empty() ? "FAILED" : reason}};
  if (const std::string field = ErrorField(error); !field.empty()) json["field"] = field;
  json["message"] = std::string(error.message());
  if (const std::string_view hint = HintFor(reason); !hint.empty()) json["hint"] = hint;
  json["exit_code"] = ExitCodeOf(error);
  return json;
}

}  // namespace amana::cli
