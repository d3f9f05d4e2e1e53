#include "agency-adapters/immigration/mrz_date.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace amana::immigration {
namespace {

// "07" -> 7, "<<" -> none; false for anything else.
bool ReadPart(std::string_view text, std::optional<int>& part) {
  if (text == "<<") return true;
  if (!absl::ascii_isdigit(text[0]) || !absl::ascii_isdigit(text[1])) return false;
  part = (text[0] - '0') * 10 + (text[1] - '0');
  return true;
}

std::string PartText(const std::optional<int>& part) {
  return part ? absl::StrCat(absl::Dec(*part, absl::kZeroPad2)) : "<<";
}

// The day itself; none when the calendar has no such day in that year.
std::optional<absl::CivilDay> DayIn(int year, const MrzDate& date) {
  const absl::CivilDay day(year, *date.month, *date.day);
  if (day.month() != *date.month || day.day() != *date.day) return std::nullopt;
  return day;
}

// The one day of these digits in `first` to `last`; none when there are several or none.
std::optional<absl::CivilDay> OnlyDay(const MrzDate& date, absl::CivilDay first,
                                      absl::CivilDay last) {
  if (!date.whole()) return std::nullopt;
  std::optional<absl::CivilDay> found;
  for (int year = static_cast<int>(first.year() / 100) * 100 + *date.year; year <= last.year();
       year += 100) {
    const auto day = DayIn(year, date);
    if (!day || *day < first || *day > last) continue;
    if (found) return std::nullopt;
    found = day;
  }
  return found;
}

}  // namespace

std::string MrzDate::text() const {
  return absl::StrCat(PartText(year), PartText(month), PartText(day));
}

std::optional<MrzDate> ParseMrzDate(std::string_view text) {
  MrzDate date;
  if (text.size() != 6 || !ReadPart(text.substr(0, 2), date.year) ||
      !ReadPart(text.substr(2, 2), date.month) || !ReadPart(text.substr(4, 2), date.day)) {
    return std::nullopt;
  }
  if (date.month && (*date.month < 1 || *date.month > 12)) return std::nullopt;
  if (date.day && (*date.day < 1 || *date.day > 31)) return std::nullopt;
  if (date.month && date.day) {
    // What no year of these digits has; 2000, which had a leap day, stands for an unknown year.
    if (!DayIn(2000 + date.year.value_or(0), date)) return std::nullopt;
  }
  return date;
}

std::optional<absl::CivilDay> BirthDay(const MrzDate& date, absl::CivilDay today) {
  return OnlyDay(date, absl::CivilDay(today.year() - 120, today.month(), today.day()), today);
}

std::optional<absl::CivilDay> ExpiryDay(const MrzDate& date, absl::CivilDay today) {
  return OnlyDay(date, absl::CivilDay(1980, 1, 1),
                 absl::CivilDay(today.year() + 50, today.month(), today.day()) - 1);
}

}  // namespace amana::immigration
