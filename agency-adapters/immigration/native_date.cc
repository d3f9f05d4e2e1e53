#include "agency-adapters/immigration/native_date.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace amana::immigration {
namespace {

constexpr std::string_view kForm = "00/00/0000";

absl::TimeZone Nairobi() { return absl::FixedTimeZone(3 * 60 * 60); }

int Number(std::string_view digits) {
  int number = 0;
  for (const char c : digits) number = number * 10 + (c - '0');
  return number;
}

}  // namespace

std::optional<absl::CivilDay> ParseNativeDate(std::string_view text) {
  if (text.size() != kForm.size()) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool fits = kForm[i] == '0' ? absl::ascii_isdigit(text[i]) : text[i] == kForm[i];
    if (!fits) return std::nullopt;
  }
  const int day = Number(text.substr(0, 2));
  const int month = Number(text.substr(3, 2));
  const int year = Number(text.substr(6));
  const absl::CivilDay date(year, month, day);
  if (year < 1900 || year > 2199 || date.month() != month || date.day() != day) {
    return std::nullopt;
  }
  return date;
}

std::string FormatNativeDate(absl::CivilDay day) {
  return absl::FormatTime("%d/%m/%Y", absl::FromCivil(day, absl::UTCTimeZone()),
                          absl::UTCTimeZone());
}

std::optional<absl::Time> ParseNativeTime(std::string_view text) {
  const auto day = ParseNativeDate(text.substr(0, kForm.size()));
  std::string_view clock = text.substr(std::min(text.size(), kForm.size()));
  if (!day || (clock.size() != 6 && clock.size() != 9)) return std::nullopt;
  for (size_t i = 0; i < clock.size(); ++i) {
    const bool fits = i % 3 == 0 ? clock[i] == (i == 0 ? ' ' : ':') : absl::ascii_isdigit(clock[i]);
    if (!fits) return std::nullopt;
  }
  const int hour = Number(clock.substr(1, 2));
  const int minute = Number(clock.substr(4, 2));
  const int second = clock.size() == 9 ? Number(clock.substr(7)) : 0;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return absl::FromCivil(*day, Nairobi()) + absl::Hours(hour) + absl::Minutes(minute) +
         absl::Seconds(second);
}

std::string FormatNativeTime(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return "";
  return absl::FormatTime("%d/%m/%Y %H:%M:%S", time, Nairobi());
}

}  // namespace amana::immigration
