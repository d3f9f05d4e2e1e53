#include "agency-adapters/mapping/value.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace amana::mapping {
namespace {

using Json = nlohmann::json;

ValueRule Of(ValueType type, std::string format = "") {
  ValueRule rule;
  rule.type = type;
  rule.format = std::move(format);
  rule.yes = "Y";
  rule.no = "N";
  absl::LoadTimeZone("Africa/Nairobi", &rule.zone);
  return rule;
}

ValueRule Berlin(std::string format) {
  ValueRule rule = Of(ValueType::kDateTime, std::move(format));
  absl::LoadTimeZone("Europe/Berlin", &rule.zone);
  return rule;
}

ValueRule Padded(int digits) {
  ValueRule rule = Of(ValueType::kInteger);
  rule.digits = digits;
  return rule;
}

ValueRule Country(CountryForm form) {
  ValueRule rule = Of(ValueType::kCountry);
  rule.country = form;
  return rule;
}

ValueRule Shaped(Shape shape, ValueType type = ValueType::kText) {
  ValueRule rule = Of(type);
  rule.shape = shape;
  return rule;
}

TEST(ValueTest, ReadAndWrittenBack) {
  const std::vector<std::pair<ValueRule, std::pair<std::string, Json>>> cases = {
      {Of(ValueType::kText), {" as it is \n", " as it is \n"}},
      {Of(ValueType::kInteger), {"-12", -12}},
      {Padded(3), {"007", 7}},
      {Padded(3), {"1234", 1234}},
      {Of(ValueType::kNumber), {"-1.2921", -1.2921}},
      {Of(ValueType::kBoolean), {"Y", true}},
      {Of(ValueType::kBoolean), {"N", false}},
      {Of(ValueType::kDate, "%d/%m/%Y"), {"29/02/2020", "2020-02-29"}},
      {Of(ValueType::kDate, "%Y-%m-%d"), {"1931-01-01", "1931-01-01"}},
      {Of(ValueType::kDateTime, "%d/%m/%Y %H:%M"), {"02/02/2031 02:15", "2031-02-01T23:15:00Z"}},
      {Of(ValueType::kDateTime, "%Y-%m-%dT%H:%M:%S%Ez"),
       {"2031-02-02T08:15:00+03:00", "2031-02-02T05:15:00Z"}},
      {Berlin("%Y-%m-%d %H:%M:%S"), {"2031-07-01 12:00:00", "2031-07-01T10:00:00Z"}},
      {Country(CountryForm::kAlpha3), {"KEN", "KE"}},
      {Country(CountryForm::kIcao), {"XXA", "XXA"}},
      {Shaped(Shape::kAddress), {"haven/intake", "haven/intake"}},
      {Shaped(Shape::kLanguage), {"swa", "swa"}},
      {Shaped(Shape::kCounty, ValueType::kInteger), {"47", 47}},
  };
  for (const auto& [rule, values] : cases) {
    EXPECT_EQ(ReadValue(rule, values.first), values.second) << values.first;
    EXPECT_EQ(WriteValue(rule, values.second), values.first) << values.first;
  }
}

TEST(ValueTest, NothingIsGuessed) {
  const std::vector<std::pair<ValueRule, std::vector<std::string>>> cases = {
      {Of(ValueType::kText), {"\xff", std::string("a\0b", 3), "\x1b[0m", std::string(32769, 'x')}},
      {Of(ValueType::kInteger), {"", "+1", "01", "1.0", " 1", "1 ", "9223372036854775808", "x"}},
      {Padded(3), {"7", "07", "0007", "-7x"}},
      {Of(ValueType::kNumber), {"", ".5", "1.", "1e5", "nan", "0x1", "1,5", "1234567890.123456"}},
      {Of(ValueType::kBoolean), {"", "y", "Yes", "TRUE", "1"}},
      {Of(ValueType::kDate, "%d/%m/%Y"),
       {"", "2/2/2031", "31/02/2031", "29/02/2031", "02/13/2031", "02-02-2031", " 02/02/2031",
        "02/02/2031 ", "02/02/31", "02/02/0031", "infinite-future"}},
      {Of(ValueType::kDateTime, "%d/%m/%Y %H:%M"), {"02/02/2031 24:00", "02/02/2031", ""}},
      // Twice, and never: when clocks were changed.
      {Berlin("%Y-%m-%d %H:%M:%S"), {"2030-10-27 02:30:00", "2030-03-31 02:30:00"}},
      {Country(CountryForm::kAlpha2), {"", "KEN", "ke", "ZZ"}},
      {Shaped(Shape::kAddress), {"haven", "Haven/intake", "haven/intake/x", ""}},
      {Shaped(Shape::kLanguage), {"sw", "SWA", "swah"}},
      {Shaped(Shape::kCounty, ValueType::kInteger), {"0", "48", "-1"}},
  };
  for (const auto& [rule, texts] : cases) {
    for (const std::string& text : texts) {
      EXPECT_FALSE(ReadValue(rule, text).has_value()) << Expected(rule) << ": " << text;
    }
  }
}

TEST(ValueTest, WhatTheNativeFormCannotSayIsNotRounded) {
  const std::vector<std::pair<ValueRule, Json>> cases = {
      {Of(ValueType::kDateTime, "%d/%m/%Y %H:%M"), "2031-02-02T05:15:30Z"},
      {Berlin("%Y-%m-%d %H:%M:%S"), "2030-10-27T00:30:00Z"},
      {Of(ValueType::kDate, "%d/%m/%Y"), "02/02/2031"},
      {Of(ValueType::kDate, "%d/%m/%Y"), "2031-02-30"},
      {Of(ValueType::kDate, "%d/%m/%Y"), 20310202},
      {Of(ValueType::kInteger), 1.5},
      {Of(ValueType::kInteger), "1"},
      {Of(ValueType::kNumber), 1e-9},
      {Of(ValueType::kText), ""},
      {Of(ValueType::kText), 7},
      {Of(ValueType::kBoolean), "Y"},
      {Of(ValueType::kYear, "%Y-%m-%d"), 1999},
      {Country(CountryForm::kAlpha3), "XXA"},
  };
  for (const auto& [rule, value] : cases) {
    EXPECT_FALSE(WriteValue(rule, value).has_value()) << Expected(rule) << ": " << value;
  }
}

TEST(ValueTest, ATextThatIsTooLongIsRefusedBothWays) {
  ValueRule rule = Of(ValueType::kText);
  rule.max = 4;
  EXPECT_TRUE(ReadValue(rule, "abcd").has_value());
  EXPECT_FALSE(ReadValue(rule, "abcde").has_value());
  EXPECT_FALSE(WriteValue(rule, Json("abcde")).has_value());
}

TEST(ValueTest, TheYearOfADate) {
  EXPECT_EQ(ReadValue(Of(ValueType::kYear, "%d/%m/%Y"), "31/12/1999"), 1999);
}

}  // namespace
}  // namespace amana::mapping
