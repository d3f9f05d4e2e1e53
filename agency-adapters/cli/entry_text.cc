#include "agency-adapters/cli/entry_text.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/command_line.h"
#include "proto/codes/names.h"

namespace amana::cli {
namespace {

constexpr std::array<const char*, 8> kDays = {"", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"};

template <class E>
Json Names(const google::protobuf::RepeatedField<int>& codes) {
  Json names = Json::array();
  for (const int code : codes) names.push_back(std::string(codes::CodeName(static_cast<E>(code))));
  return names;
}

std::string Joined(const Json& list) {
  std::vector<std::string> words;
  for (const Json& one : list) {
    words.push_back(one.is_string() ? one.get<std::string>() : one.dump());
  }
  return absl::StrJoin(words, ",");
}

std::string TimeOfDay(uint32_t minute) {
  return absl::StrCat(absl::Dec(minute / 60, absl::kZeroPad2), ":",
                      absl::Dec(minute % 60, absl::kZeroPad2));
}

Json HoursOf(const v1::DirectoryUnit& unit) {
  Json hours = Json::array();
  for (const v1::OpeningHours& open : unit.hours()) {
    hours.push_back(absl::StrCat(kDays.at(open.weekday()), " ", TimeOfDay(open.from_minute()), "-",
                                 TimeOfDay(open.until_minute())));
  }
  return hours;
}

Json SlaOf(const v1::DirectoryUnit& unit) {
  Json all = Json::array();
  for (const v1::SlaOverride& sla : unit.sla()) {
    all.push_back(absl::StrCat(std::string(codes::CodeName(sla.urgency())), " ",
                               sla.acknowledge_minutes(), "m ", sla.decide_minutes(), "m ",
                               sla.start_minutes(), "m"));
  }
  return all;
}

Json KeysOf(const std::vector<crypto::Certificate>& sealing) {
  Json keys = Json::array();
  for (const crypto::Certificate& one : sealing) {
    keys.push_back({{"cert_id", one.id().hex()},
                    {"from", Rfc3339(one.not_before())},
                    {"until", Rfc3339(one.not_after())}});
  }
  return keys;
}

Json UnitJson(const v1::DirectoryUnit& unit, const std::vector<crypto::Certificate>& sealing) {
  return {{"unit", unit.unit()},
          {"services", Names<v1::ServiceType>(unit.services())},
          {"county", unit.county()},
          {"counties", std::vector<uint32_t>(unit.counties().begin(), unit.counties().end())},
          {"ages", Names<v1::SubjectClass>(unit.ages())},
          {"sexes", Names<v1::SexConstraint>(unit.sexes())},
          {"languages", std::vector<std::string>(unit.languages().begin(), unit.languages().end())},
          {"accessibility", Names<v1::Accessibility>(unit.accessibility())},
          {"hours", HoursOf(unit)},
          {"sla", SlaOf(unit)},
          {"duty_phone", unit.duty_phone()},
          {"sealing", KeysOf(sealing)}};
}

// "  services: ACCOMMODATION": what is empty says what that means, or nothing.
void Line(std::string& text, std::string_view what, const std::string& says,
          std::string_view otherwise = "") {
  if (says.empty() && otherwise.empty()) return;
  absl::StrAppend(&text, "  ", std::string(what), ": ",
                  says.empty() ? std::string(otherwise) : Shown(says), "\n");
}

// "MON-FRI 08:00-17:00, SAT 08:00-12:00": days that follow each other and are alike are one.
std::string HoursText(const Json& hours) {
  std::string text;
  size_t first = 0;
  const auto day = [&](size_t at) { return hours[at].get<std::string>().substr(0, 3); };
  const auto times = [&](size_t at) { return hours[at].get<std::string>().substr(3); };
  const auto next = [&](size_t at) {
    const auto today = std::find(kDays.begin(), kDays.end(), day(at));
    return today + 1 != kDays.end() && day(at + 1) == *(today + 1) && times(at + 1) == times(at);
  };
  for (size_t last = 0; last < hours.size(); ++last) {
    if (last + 1 < hours.size() && next(last)) continue;
    absl::StrAppend(&text, text.empty() ? "" : ", ", day(first),
                    last > first ? "-" + day(last) : "", times(last));
    first = last + 1;
  }
  return text;
}

std::string UnitText(const Json& unit) {
  std::string text = absl::StrCat("unit ", unit["unit"].get<std::string>(), "\n");
  Line(text, "services", Joined(unit["services"]), "none: it only sends");
  Line(text, "county", unit["county"] == 0 ? "" : unit["county"].dump(), "outside Kenya");
  Line(text, "serves", Joined(unit["counties"]), "every county");
  Line(text, "ages", Joined(unit["ages"]));
  Line(text, "sexes", Joined(unit["sexes"]));
  Line(text, "languages", Joined(unit["languages"]));
  Line(text, "access", Joined(unit["accessibility"]));
  Line(text, "open", HoursText(unit["hours"]), "day and night");
  Line(text, "answers within", Joined(unit["sla"]));
  Line(text, "on duty", unit["duty_phone"].get<std::string>());
  for (const Json& key : unit["sealing"]) {
    Line(text, "key",
         absl::StrCat(key["cert_id"].get<std::string>().substr(0, 16), "..., until ",
                      key["until"].get<std::string>()));
  }
  return text;
}

std::string QualificationsText(const v1::DirectoryEntry& entry) {
  const v1::Qualifications& given = entry.qualifications();
  std::string text;
  if (given.health_provider() || given.professional_secrecy()) {
    const std::string until = Rfc3339Millis(given.health_until_unix_ms());
    absl::StrAppend(&text, "  may receive MEDICAL: ",
                    given.health_provider() ? "a health provider" : "bound by professional secrecy",
                    until.empty() ? "" : ", until " + until, "\n");
  }
  if (!given.safeguards().empty()) {
    absl::StrAppend(&text, "  safeguards for transfers abroad: ", Shown(given.safeguards()),
                    ", until ", Rfc3339Millis(given.safeguards_until_unix_ms()), "\n");
  }
  return text;
}

}  // namespace

Json EntryJson(const envelope::EntryStatement& statement) {
  const v1::DirectoryEntry& entry = statement.entry();
  const v1::Qualifications& given = entry.qualifications();
  Json units = Json::array();
  for (int i = 0; i < entry.units_size(); ++i) {
    units.push_back(UnitJson(entry.units(i), statement.sealing(i)));
  }
  return {{"agency", entry.agency()},
          {"version", entry.version()},
          {"digest", statement.digest().hex()},
          {"signed", Rfc3339Millis(entry.meta().created_unix_ms())},
          {"kind", std::string(codes::CodeName(entry.kind()))},
          {"country", entry.country()},
          {"health_provider", given.health_provider()},
          {"professional_secrecy", given.professional_secrecy()},
          {"health_until", Rfc3339Millis(given.health_until_unix_ms())},
          {"safeguards", given.safeguards()},
          {"safeguards_until", Rfc3339Millis(given.safeguards_until_unix_ms())},
          {"units", std::move(units)}};
}

std::string EntryText(const envelope::EntryStatement& statement) {
  const v1::DirectoryEntry& entry = statement.entry();
  std::string text =
      absl::StrCat(entry.agency(), ", version ", entry.version(), ": ",
                   std::string(codes::CodeName(entry.kind())), ", ", Shown(entry.country()), "\n");
  text += QualificationsText(entry);
  for (int i = 0; i < entry.units_size(); ++i) {
    text += UnitText(UnitJson(entry.units(i), statement.sealing(i)));
  }
  if (entry.units().empty()) text += "  no units: it takes nobody at present\n";
  return text;
}

std::string ChangesText(const envelope::EntryStatement& before,
                        const envelope::EntryStatement& now) {
  // Lines of a unit stand under its name, so that the same line of two units is two lines.
  const auto lines = [](const envelope::EntryStatement& statement) {
    std::vector<std::string> out;
    std::string under = "agency";
    const std::vector<std::string> all =
        absl::StrSplit(EntryText(statement), '\n', absl::SkipEmpty());
    for (const std::string& line : all) {
      if (line.starts_with("unit ")) under = line;
      out.push_back(line.starts_with("  ") ? under + line.substr(1) : line);
    }
    if (!out.empty()) out.erase(out.begin());  // its name and version
    return out;
  };
  const std::vector<std::string> old_lines = lines(before);
  const std::vector<std::string> new_lines = lines(now);
  std::string text;
  const auto differing = [&text](const std::vector<std::string>& of,
                                 const std::vector<std::string>& other, const char* sign) {
    for (const std::string& line : of) {
      if (std::find(other.begin(), other.end(), line) == other.end()) {
        absl::StrAppend(&text, sign, line, "\n");
      }
    }
  };
  differing(old_lines, new_lines, "- ");
  differing(new_lines, old_lines, "+ ");
  return text;
}

}  // namespace amana::cli
