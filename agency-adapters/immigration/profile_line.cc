#include "agency-adapters/immigration/profile_line.h"

#include <charconv>
#include <map>

#include "agency-adapters/immigration/errors.h"
#include "agency-adapters/immigration/profile_file.h"
#include "base/status.h"

namespace amana::immigration {
namespace {

using Words = std::map<std::string_view, std::string_view>;

constexpr std::string_view kKnown[] = {"profile", "v", "charset", "tz", "rows"};

absl::Status AddWord(std::string_view word, Words& words) {
  const size_t equals = word.find('=');
  if (equals == std::string_view::npos) return ProfileInvalid("profile", "words as name=value");
  const std::string_view name = word.substr(0, equals);
  for (const std::string_view known : kKnown) {
    if (name != known) continue;
    const bool added = words.emplace(known, word.substr(equals + 1)).second;
    return added ? absl::OkStatus() : ProfileInvalid(known, "it once");
  }
  return ProfileInvalid("profile", "profile, v, charset, tz and rows only");
}

}  // namespace

absl::StatusOr<ProfileLine> ReadProfileLine(std::string_view line) {
  if (!line.starts_with("#profile=") || line.size() > 200) {
    return ProfileInvalid("profile", "a first line that begins with #profile=");
  }
  Words words;
  for (std::string_view rest = line.substr(1);;) {
    const size_t end = rest.find(';');
    AMANA_RETURN_IF_ERROR(AddWord(rest.substr(0, end), words));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (words["v"] != "1") return ProfileInvalid("v", "1");
  if (words["charset"] != "UTF-8") return ProfileInvalid("charset", "UTF-8");
  if (words["tz"] != "Africa/Nairobi") return ProfileInvalid("tz", "Africa/Nairobi");
  ProfileLine read;
  read.name = words["profile"];
  const std::string_view rows = words["rows"];
  const auto [end, error] = std::from_chars(rows.data(), rows.data() + rows.size(), read.rows);
  if (error != std::errc() || end != rows.data() + rows.size() || read.rows > kMaxRows) {
    return ProfileInvalid("rows", "a number of at most " + std::to_string(kMaxRows));
  }
  return read;
}

std::string WriteProfileLine(std::string_view name, size_t rows) {
  std::string line = "#profile=";
  line += name;
  line += ";v=1;charset=UTF-8;tz=Africa/Nairobi;rows=" + std::to_string(rows);
  return line;
}

}  // namespace amana::immigration
