#include "agency-adapters/mapping/value.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "absl/strings/string_view.h"
#include "base/ids.h"
#include "proto/envelope/utf8.h"

namespace amana::mapping {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kOurDate = "%Y-%m-%d";
constexpr std::string_view kOurDateTime = "%Y-%m-%dT%H:%M:%E*SZ";
constexpr size_t kMaxDecimals = 15;  // a double tells these apart

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

bool IsText(std::string_view text) {
  return envelope::IsValidUtf8(text) && std::ranges::none_of(text, [](unsigned char c) {
           return (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7F;
         });
}

bool Fits(Shape shape, const Json& value) {
  switch (shape) {
    case Shape::kFree:
      return true;
    case Shape::kAddress:
      return value.is_string() && ParseAddress(value.get_ref<const std::string&>(), "").ok();
    case Shape::kLanguage:
      return value.is_string() && value.get_ref<const std::string&>().size() == 3 &&
             std::ranges::all_of(value.get_ref<const std::string&>(),
                                 [](char c) { return c >= 'a' && c <= 'z'; });
    case Shape::kCounty:
      return value.is_number_integer() && value >= 1 && value <= 47;
  }
  return false;
}

std::optional<int64_t> Integer(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

std::string IntegerText(const ValueRule& rule, int64_t number) {
  std::string text = std::to_string(number);
  if (number < 0 || rule.digits == 0) return text;
  const size_t width = static_cast<size_t>(rule.digits);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

// [-]digits[.digits], no more digits than a double keeps.
std::optional<Json> Number(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  const size_t point = digits.find('.');
  const std::string_view whole = digits.substr(0, point);
  const std::string_view rest =
      point == std::string_view::npos ? std::string_view("0") : digits.substr(point + 1);
  const auto all_digits = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!all_digits(whole) || !all_digits(rest) || digits.size() > kMaxDecimals) return {};
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return Json(number);
}

std::optional<absl::Time> Time(std::string_view format, std::string_view text,
                               absl::TimeZone zone) {
  // absl skips white space on both sides.
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return {};
  absl::Time time;
  std::string why;
  if (!absl::ParseTime(std::string(format), View(text), zone, &time, &why)) return {};
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return {};
  return time;
}

// Exactly as the format writes it: "2/2/2031" is not "%d/%m/%Y".
std::optional<absl::Time> ExactTime(std::string_view format, std::string_view text,
                                    absl::TimeZone zone) {
  const std::optional<absl::Time> time = Time(format, text, zone);
  if (!time.has_value()) return {};
  const absl::CivilSecond civil = zone.At(*time).cs;
  // A local time that was twice, or never, when clocks were changed.
  const auto info = zone.At(civil);
  const bool offset = format.find('z') != std::string_view::npos;
  if (!offset && info.kind != absl::TimeZone::TimeInfo::UNIQUE) return {};
  if (civil.year() < 1000 || civil.year() > 9999) return {};
  if (!offset && absl::FormatTime(std::string(format), *time, zone) != text) return {};
  return time;
}

std::optional<Json> ReadDateTime(const ValueRule& rule, std::string_view text) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const bool day = rule.type != ValueType::kDateTime;
  const auto time = ExactTime(rule.format, text, day ? utc : rule.zone);
  if (!time.has_value()) return {};
  if (rule.type == ValueType::kYear) return Json(absl::ToCivilYear(*time, utc).year());
  return Json(absl::FormatTime(std::string(day ? kOurDate : kOurDateTime), *time, utc));
}

std::optional<std::string> WriteDateTime(const ValueRule& rule, const Json& value) {
  if (!value.is_string()) return {};
  const absl::TimeZone utc = absl::UTCTimeZone();
  const bool day = rule.type == ValueType::kDate;
  const auto time =
      ExactTime(day ? kOurDate : kOurDateTime, value.get_ref<const std::string&>(), utc);
  if (!time.has_value()) return {};
  std::string text = absl::FormatTime(rule.format, *time, day ? utc : rule.zone);
  // What the native format cannot say (seconds, the second of two equal hours) is not rounded.
  const auto again = ReadDateTime(rule, text);
  return again.has_value() && *again == value ? std::optional(std::move(text)) : std::nullopt;
}

std::optional<Json> Read(const ValueRule& rule, std::string_view text) {
  switch (rule.type) {
    case ValueType::kText:
      if (!IsText(text) || text.size() > (rule.max == 0 ? kMaxText : rule.max)) return {};
      return Json(text);
    case ValueType::kInteger: {
      const auto number = Integer(text);
      if (!number.has_value() || IntegerText(rule, *number) != text) return {};
      return Json(*number);
    }
    case ValueType::kNumber:
      return Number(text);
    case ValueType::kBoolean:
      return text == rule.yes  ? std::optional(Json(true))
             : text == rule.no ? std::optional(Json(false))
                               : std::nullopt;
    case ValueType::kDate:
    case ValueType::kDateTime:
    case ValueType::kYear:
      return ReadDateTime(rule, text);
    case ValueType::kCode: {
      const auto found = rule.codes->ours.find(text);
      if (found == rule.codes->ours.end()) return {};
      if (rule.shape != Shape::kCounty) return Json(found->second);
      const auto county = Integer(found->second);
      return county.has_value() ? std::optional(Json(*county)) : std::nullopt;
    }
    case ValueType::kCountry: {
      const auto code = CountryFrom(rule.country, text);
      return code.has_value() ? std::optional(Json(*code)) : std::nullopt;
    }
  }
  return {};
}

std::optional<std::string> WriteText(const ValueRule& rule, const Json& value) {
  if (rule.type == ValueType::kCode && rule.shape == Shape::kCounty) {
    if (!value.is_number_integer()) return {};
    const auto found = rule.codes->native.find(std::to_string(value.get<int64_t>()));
    return found == rule.codes->native.end() ? std::nullopt : std::optional(found->second);
  }
  if (!value.is_string()) return {};
  const std::string& text = value.get_ref<const std::string&>();
  if (rule.type == ValueType::kCode) {
    const auto found = rule.codes->native.find(text);
    return found == rule.codes->native.end() ? std::nullopt : std::optional(found->second);
  }
  if (rule.type == ValueType::kCountry) {
    const auto code = CountryTo(rule.country, text);
    return code.has_value() ? std::optional(std::string(*code)) : std::nullopt;
  }
  if (text.empty() || !Read(rule, text).has_value()) return {};
  return text;
}

// A number that JSON carries, as digits; none where the field's digits cannot say it.
std::optional<std::string> WriteNumber(const ValueRule& rule, const Json& value) {
  if (!value.is_number()) return {};
  std::string text = rule.type == ValueType::kInteger && value.is_number_integer()
                         ? IntegerText(rule, value.get<int64_t>())
                         : value.dump();
  const auto again = Read(rule, text);
  return again.has_value() && *again == value ? std::optional(std::move(text)) : std::nullopt;
}

size_t Below(std::mt19937_64& random, size_t bound) { return random() % bound; }

template <typename Map>
const typename Map::value_type& Pick(const Map& map, std::mt19937_64& random) {
  return *std::next(map.begin(), static_cast<std::ptrdiff_t>(Below(random, map.size())));
}

std::string SampleText(const ValueRule& rule, std::mt19937_64& random) {
  if (rule.shape == Shape::kAddress) return "haven/unit-" + std::to_string(Below(random, 100));
  if (rule.shape == Shape::kLanguage) {
    static constexpr const char* kLanguages[] = {"swa", "eng", "kik", "luo", "som"};
    return kLanguages[Below(random, std::size(kLanguages))];
  }
  static constexpr const char* kEnds[] = {"", " \"quoted\", with comma", "\nsecond line", " é字"};
  std::string text = "SYNTHETIC " + std::to_string(Below(random, 1000000)) +
                     kEnds[Below(random, std::size(kEnds))];
  if (rule.max > 0 && text.size() > rule.max) {
    text = std::string(1 + Below(random, rule.max), static_cast<char>('A' + Below(random, 26)));
  }
  return text;
}

}  // namespace

std::optional<Json> ReadValue(const ValueRule& rule, std::string_view text) {
  std::optional<Json> value = Read(rule, text);
  return value.has_value() && Fits(rule.shape, *value) ? value : std::nullopt;
}

std::optional<std::string> WriteValue(const ValueRule& rule, const Json& value) {
  switch (rule.type) {
    case ValueType::kText:
    case ValueType::kCode:
    case ValueType::kCountry:
      return WriteText(rule, value);
    case ValueType::kInteger:
    case ValueType::kNumber:
      return WriteNumber(rule, value);
    case ValueType::kBoolean:
      if (!value.is_boolean()) return {};
      return value.get<bool>() ? rule.yes : rule.no;
    case ValueType::kDate:
    case ValueType::kDateTime:
      return WriteDateTime(rule, value);
    case ValueType::kYear:
      return {};
  }
  return {};
}

std::string Expected(const ValueRule& rule) {
  switch (rule.shape) {
    case Shape::kAddress:
      return "agency/unit";
    case Shape::kLanguage:
      return "an ISO 639-3 code";
    case Shape::kCounty:
      return "a county, 1 to 47";
    case Shape::kFree:
      break;
  }
  switch (rule.type) {
    case ValueType::kText:
      return "text of at most " + std::to_string(rule.max == 0 ? kMaxText : rule.max) + " bytes";
    case ValueType::kInteger:
      return rule.digits == 0 ? "an integer"
                              : "an integer of " + std::to_string(rule.digits) + " digits";
    case ValueType::kNumber:
      return "a decimal number";
    case ValueType::kBoolean:
      return "\"" + rule.yes + "\" or \"" + rule.no + "\"";
    case ValueType::kDate:
    case ValueType::kYear:
      return "a date as " + rule.format;
    case ValueType::kDateTime:
      return "a time as " + rule.format + " in " + rule.zone.name();
    case ValueType::kCode:
      return "a code of its table";
    case ValueType::kCountry:
      return "a country code";
  }
  return "";
}

std::string SampleValue(const ValueRule& rule, std::mt19937_64& random) {
  static constexpr const char* kCountries[] = {"KE", "UG", "TZ", "ET", "SO", "UT", "DE"};
  switch (rule.type) {
    case ValueType::kText:
      return SampleText(rule, random);
    case ValueType::kInteger: {
      int64_t bound = 100;
      for (int i = 0; i < rule.digits && i < 2; ++i) bound = i == 0 ? 10 : 100;
      if (rule.shape == Shape::kCounty) bound = std::min<int64_t>(bound, 48);
      const auto number = static_cast<int64_t>(Below(random, static_cast<size_t>(bound - 1)));
      return IntegerText(rule, number + 1);
    }
    case ValueType::kNumber:
      return std::to_string(Below(random, 90)) + "." + std::to_string(1 + Below(random, 9));
    case ValueType::kBoolean:
      return Below(random, 2) == 0 ? rule.yes : rule.no;
    case ValueType::kDate:
    case ValueType::kYear:
    case ValueType::kDateTime: {
      const auto seconds = static_cast<int64_t>(Below(random, size_t{2'000'000'000}));
      absl::Time time = absl::FromUnixSeconds(seconds);
      const bool day = rule.type != ValueType::kDateTime;
      if (day)
        time = absl::FromCivil(absl::ToCivilDay(time, absl::UTCTimeZone()), absl::UTCTimeZone());
      return absl::FormatTime(rule.format, time, day ? absl::UTCTimeZone() : rule.zone);
    }
    case ValueType::kCode:
      // Of several native codes for one of ours, the one that is written.
      return Pick(rule.codes->native, random).second;
    case ValueType::kCountry:
      return std::string(CountryTo(rule.country, kCountries[Below(random, std::size(kCountries))])
                             .value_or("KEN"));
  }
  return "";
}

}  // namespace amana::mapping
