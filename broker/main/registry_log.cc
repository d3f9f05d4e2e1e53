#include "broker/main/registry_log.h"

#include <cstddef>
#include <string_view>

#include "base/log.h"

namespace amana::broker {
namespace {

constexpr size_t kMostFindings = 20;
constexpr std::string_view kDigits = "0123456789";

struct Place {
  std::string file;  // with the line, where one is known
  std::string key;
};

// The line number that `text` begins with, if ": " follows it; takes both away.
std::string_view TakeLine(std::string_view& text) {
  const size_t digits = text.find_first_not_of(kDigits);
  if (digits == 0 || digits == std::string_view::npos) return "";
  const std::string_view line = text.substr(0, digits);
  std::string_view rest = text.substr(digits);
  if (!rest.starts_with(": ")) return "";
  text = rest.substr(2);
  return line;
}

// Findings are "file:line: key: text" in TOML (base/config.h) and have "line N: text" in the
// revocation list; other errors begin with the file's name, or have none.
Place PlaceOf(const std::string& file, std::string_view finding) {
  constexpr std::string_view kLine = "line ";
  Place place{file, ""};
  const bool toml = finding.starts_with(file + ":");
  const size_t at = finding.find(kLine);
  if (!toml && at == std::string_view::npos) return place;
  finding.remove_prefix(toml ? file.size() + 1 : at + kLine.size());
  const std::string_view line = TakeLine(finding);
  if (!line.empty()) place.file += ":" + std::string(line);
  if (line.empty() || !toml) return place;
  const std::string_view key = finding.substr(0, finding.find(": "));
  // A sentence is no key: what is wrong with the TOML itself has none.
  if (key.size() < finding.size() && key.find(' ') == std::string_view::npos) place.key = key;
  return place;
}

void LogPlace(const absl::Status& status, const Place& place) {
  const LogField reason = {"status", LogSafe(status)};
  const LogField file = {"file", LogSafe::Code(place.file)};
  if (place.key.empty()) return Log(LogLevel::kError, "registry_refused", {reason, file});
  Log(LogLevel::kError, "registry_refused", {reason, file, {"field", LogSafe::Code(place.key)}});
}

}  // namespace

void LogRegistryRefused(const std::string& file, const absl::Status& status) {
  std::string_view findings(status.message().data(), status.message().size());
  for (size_t count = 0; count < kMostFindings; ++count) {
    const size_t end = findings.find('\n');
    LogPlace(status, PlaceOf(file, findings.substr(0, end)));
    if (end == std::string_view::npos) return;
    findings.remove_prefix(end + 1);
  }
}

}  // namespace amana::broker
