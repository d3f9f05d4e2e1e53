#include "agency-adapters/cli/entry_file.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/status.h"
#include "proto/codes/names.h"
#include "proto/crypto/x509.h"

namespace amana::cli {
namespace {

constexpr int kCounties = 47;
constexpr std::array<std::string_view, 7> kDays = {"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"};

std::vector<std::string> List(const ConfigTable& table, std::string_view key) {
  return table.StringList(key, std::vector<std::string>());
}

template <class E>
std::vector<E> Codes(const ConfigTable& table, std::string_view key) {
  std::vector<E> codes;
  for (const std::string& name : List(table, key)) {
    const std::optional<E> code = codes::ParseCode<E>(name);
    if (code.has_value()) {
      codes.push_back(*code);
    } else {
      table.Refuse(key, "expected codes of the list, got another name");
    }
  }
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

// The end of a day in Kenya's time; 0 when absent.
int64_t LastDay(const ConfigTable& table, std::string_view key) {
  if (!table.Has(key)) return 0;
  const std::string text = table.String(key);
  absl::Time day;
  std::string error;
  if (text.size() != 10 ||
      !absl::ParseTime("%Y-%m-%d", text, absl::FixedTimeZone(3 * 60 * 60), &day, &error)) {
    table.Refuse(key, "expected a day, as \"2027-06-30\"");
    return 0;
  }
  return ToUnixMillis(day + absl::Hours(24));
}

// "08:00", "24:00".
std::optional<uint32_t> Minute(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  uint32_t hour = 0;
  uint32_t minute = 0;
  if (parts.size() != 2 || parts[0].size() != 2 || parts[1].size() != 2 ||
      !absl::SimpleAtoi(parts[0], &hour) || !absl::SimpleAtoi(parts[1], &minute) || minute > 59 ||
      hour * 60 + minute > 24 * 60) {
    return std::nullopt;
  }
  return hour * 60 + minute;
}

std::optional<uint32_t> Day(absl::string_view text) {
  const auto found =
      std::find(kDays.begin(), kDays.end(), std::string_view(text.data(), text.size()));
  if (found == kDays.end()) return std::nullopt;
  return static_cast<uint32_t>(found - kDays.begin()) + 1;
}

// "MON-FRI 08:00-17:00": one for each day; none when it is not of this form.
std::vector<v1::OpeningHours> Hours(const std::string& text) {
  const std::vector<absl::string_view> halves = absl::StrSplit(text, ' ');
  if (halves.size() != 2) return {};
  const std::vector<absl::string_view> days = absl::StrSplit(halves[0], '-');
  const std::vector<absl::string_view> times = absl::StrSplit(halves[1], '-');
  if (days.size() > 2 || times.size() != 2) return {};
  const std::optional<uint32_t> first = Day(days.front());
  const std::optional<uint32_t> last = Day(days.back());
  const std::optional<uint32_t> from = Minute(times[0]);
  const std::optional<uint32_t> until = Minute(times[1]);
  std::vector<v1::OpeningHours> hours;
  if (!first.has_value() || !last.has_value() || !from.has_value() || !until.has_value()) return {};
  for (uint32_t day = *first; day <= *last; ++day) {
    v1::OpeningHours open;
    open.set_weekday(day);
    open.set_from_minute(*from);
    open.set_until_minute(*until);
    hours.push_back(open);
  }
  return hours;
}

void ReadHours(const ConfigTable& table, v1::DirectoryUnit& unit) {
  std::vector<v1::OpeningHours> all;
  for (const std::string& text : List(table, "hours")) {
    const std::vector<v1::OpeningHours> hours = Hours(text);
    if (hours.empty()) table.Refuse("hours", "expected as \"MON-FRI 08:00-17:00\"");
    all.insert(all.end(), hours.begin(), hours.end());
  }
  std::sort(all.begin(), all.end(), [](const v1::OpeningHours& a, const v1::OpeningHours& b) {
    return std::tuple(a.weekday(), a.from_minute()) < std::tuple(b.weekday(), b.from_minute());
  });
  for (const v1::OpeningHours& open : all) *unit.add_hours() = open;
}

void ReadSla(const ConfigTable& table, v1::DirectoryUnit& unit) {
  std::vector<v1::SlaOverride> all;
  for (const std::string& text : List(table, "sla")) {
    const std::vector<std::string> parts = absl::StrSplit(text, ' ');
    const auto urgency = codes::ParseCode<v1::Urgency>(parts[0]);
    absl::Duration windows[3];
    bool good = parts.size() == 4 && urgency.has_value();
    for (size_t i = 0; good && i < 3; ++i) good = absl::ParseDuration(parts[i + 1], &windows[i]);
    if (!good) {
      table.Refuse("sla", "expected as \"URGENT 2h 12h 48h\": acknowledge, decide, start");
      continue;
    }
    v1::SlaOverride sla;
    sla.set_urgency(*urgency);
    const auto minutes = [](absl::Duration window) {
      return static_cast<uint32_t>(std::max<int64_t>(0, absl::ToInt64Minutes(window)));
    };
    sla.set_acknowledge_minutes(minutes(windows[0]));
    sla.set_decide_minutes(minutes(windows[1]));
    sla.set_start_minutes(minutes(windows[2]));
    all.push_back(sla);
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.urgency() < b.urgency(); });
  for (const v1::SlaOverride& sla : all) *unit.add_sla() = sla;
}

void ReadCertificates(FileSystem& files, const std::string& folder, const ConfigTable& table,
                      v1::DirectoryUnit& unit) {
  constexpr std::string_view kKey = "sealing_certificates";
  for (const std::string& name : List(table, kKey)) {
    const absl::StatusOr<std::string> pem =
        files.Read(name.starts_with('/') ? name : folder + "/" + name);
    if (!pem.ok()) {
      table.Refuse(kKey, std::string(pem.status().message()));
      continue;
    }
    const auto certificate = crypto::Certificate::FromPem(*pem);
    if (!certificate.ok()) {
      table.Refuse(kKey, name + ": " + std::string(certificate.status().message()));
      continue;
    }
    unit.add_sealing_certificates(certificate->der());
  }
}

void ReadCounties(const ConfigTable& table, v1::DirectoryUnit& unit) {
  unit.set_county(static_cast<uint32_t>(table.Int("county", 0, kCounties, 0)));
  std::vector<uint32_t> counties;
  for (const std::string& text : List(table, "counties")) {
    uint32_t county = 0;
    if (!absl::SimpleAtoi(text, &county) || county < 1 || county > kCounties) {
      table.Refuse("counties", "expected numbers of counties, 1 to 47, as [\"30\", \"47\"]");
      continue;
    }
    counties.push_back(county);
  }
  std::sort(counties.begin(), counties.end());
  counties.erase(std::unique(counties.begin(), counties.end()), counties.end());
  for (const uint32_t county : counties) unit.add_counties(county);
}

v1::DirectoryUnit ReadUnit(FileSystem& files, const std::string& folder, const ConfigTable& table) {
  v1::DirectoryUnit unit;
  unit.set_unit(table.String("id"));
  for (const auto code : Codes<v1::ServiceType>(table, "services")) unit.add_services(code);
  ReadCounties(table, unit);
  for (const auto code : Codes<v1::SubjectClass>(table, "ages")) unit.add_ages(code);
  for (const auto code : Codes<v1::SexConstraint>(table, "sexes")) unit.add_sexes(code);
  std::vector<std::string> languages = List(table, "languages");
  std::sort(languages.begin(), languages.end());
  for (const std::string& language : languages) unit.add_languages(language);
  for (const auto code : Codes<v1::Accessibility>(table, "accessibility")) {
    unit.add_accessibility(code);
  }
  ReadCertificates(files, folder, table, unit);
  ReadHours(table, unit);
  ReadSla(table, unit);
  unit.set_duty_phone(table.String("duty_phone", ""));
  return unit;
}

void ReadQualifications(const ConfigTable& table, v1::DirectoryEntry& entry) {
  v1::Qualifications given;
  given.set_health_provider(table.Bool("health_provider", false));
  given.set_professional_secrecy(table.Bool("professional_secrecy", false));
  given.set_health_until_unix_ms(LastDay(table, "health_until"));
  given.set_safeguards(table.String("safeguards", ""));
  given.set_safeguards_until_unix_ms(LastDay(table, "safeguards_until"));
  if (given.ByteSizeLong() > 0) *entry.mutable_qualifications() = given;
}

}  // namespace

absl::StatusOr<v1::DirectoryEntry> ReadEntryFile(FileSystem& files, const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<ConfigReader> reader,
                         ConfigReader::Load(files, path));
  const ConfigTable root = reader->Root();
  v1::DirectoryEntry entry;
  const auto kind = codes::ParseCode<v1::AgencyKind>(root.String("kind"));
  if (kind.has_value()) {
    entry.set_kind(*kind);
  } else if (root.Has("kind")) {
    root.Refuse("kind", "expected a kind of agency, as \"SHELTER\"");
  }
  entry.set_country(root.String("country"));
  ReadQualifications(root.Table("qualifications"), entry);
  std::vector<v1::DirectoryUnit> units;
  for (const ConfigTable& table : root.Tables("unit")) {
    units.push_back(ReadUnit(files, FolderOf(path), table));
  }
  AMANA_RETURN_IF_ERROR(reader->Finish());
  std::sort(units.begin(), units.end(),
            [](const auto& a, const auto& b) { return a.unit() < b.unit(); });
  for (v1::DirectoryUnit& unit : units) *entry.add_units() = std::move(unit);
  return entry;
}

}  // namespace amana::cli
