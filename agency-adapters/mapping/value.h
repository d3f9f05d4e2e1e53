// One value: a native text <-> ours as JSON, as a field of the mapping file says. Exact both ways:
// a text is taken only if the rule would write it so, nothing is trimmed, folded or rounded.
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_VALUE_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_VALUE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "absl/time/time.h"
#include "agency-adapters/mapping/countries.h"

namespace amana::mapping {

enum class ValueType {
  kText,
  kInteger,
  kNumber,
  kBoolean,
  kDate,
  kDateTime,
  kYear,  // of a date; is read only
  kCode,
  kCountry
};

// What the fact's place asks besides: header members have forms of their own.
enum class Shape { kFree, kAddress, kLanguage, kCounty };

// Both ways, neither of which guesses.
struct CodeTable {
  std::map<std::string, std::string, std::less<>> ours;    // by native code
  std::map<std::string, std::string, std::less<>> native;  // by ours
};

struct ValueRule {
  ValueType type = ValueType::kText;
  Shape shape = Shape::kFree;
  std::string format;   // kDate, kDateTime, kYear: as absl::FormatTime
  absl::TimeZone zone;  // kDateTime: of the native text
  std::string yes, no;  // kBoolean
  int digits = 0;       // kInteger: padded with zeros to this width; 0: not padded
  size_t max = 0;       // kText: bytes of the native text; 0: kMaxText
  CountryForm country = CountryForm::kAlpha2;
  std::shared_ptr<const CodeTable> codes;  // kCode
};

inline constexpr size_t kMaxText = 32 * 1024;

// None: not as the rule says, which Expected() tells. Pure; thread-safe.
std::optional<nlohmann::json> ReadValue(const ValueRule& rule, std::string_view text);
std::optional<std::string> WriteValue(const ValueRule& rule, const nlohmann::json& value);
std::string Expected(const ValueRule& rule);
// A SYNTHETIC native text that ReadValue takes, and WriteValue writes again.
std::string SampleValue(const ValueRule& rule, std::mt19937_64& random);

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_VALUE_H_
