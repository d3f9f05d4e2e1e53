#include "agency-adapters/mapping/countries.h"

#include "gtest/gtest.h"

namespace amana::mapping {
namespace {

TEST(CountriesTest, EachFormAndBack) {
  const struct {
    CountryForm form;
    std::string_view native, ours;
  } cases[] = {
      {CountryForm::kAlpha2, "KE", "KE"},  {CountryForm::kAlpha3, "KEN", "KE"},
      {CountryForm::kIcao, "KEN", "KE"},   {CountryForm::kAlpha3, "DEU", "DE"},
      {CountryForm::kIcao, "D", "DE"},     {CountryForm::kIcao, "UTO", "UT"},
      {CountryForm::kIcao, "XXA", "XXA"},  {CountryForm::kIcao, "GBD", "GBD"},
      {CountryForm::kAlpha2, "ZW", "ZW"},  {CountryForm::kAlpha3, "AND", "AD"},
      {CountryForm::kAlpha3, "SSD", "SS"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(CountryFrom(c.form, c.native), c.ours) << c.native;
    EXPECT_EQ(CountryTo(c.form, c.ours), c.native) << c.ours;
  }
}

TEST(CountriesTest, WhatIsNotInTheListIsNone) {
  for (const std::string_view text : {"", "ke", "K", "KEN", "ZZ", "KE ", "K<"}) {
    EXPECT_FALSE(CountryFrom(CountryForm::kAlpha2, text).has_value()) << text;
  }
  for (const std::string_view text : {"", "ken", "KE", "XXA", "D", "D<<"}) {
    EXPECT_FALSE(CountryFrom(CountryForm::kAlpha3, text).has_value()) << text;
  }
  // Doc 9303 writes Germany with one letter, and only so.
  EXPECT_FALSE(CountryFrom(CountryForm::kIcao, "DEU").has_value());
  EXPECT_FALSE(CountryTo(CountryForm::kAlpha3, "XXA").has_value());
  EXPECT_FALSE(CountryTo(CountryForm::kAlpha2, "XXA").has_value());
  EXPECT_FALSE(CountryTo(CountryForm::kIcao, "ZZ").has_value());
}

}  // namespace
}  // namespace amana::mapping
