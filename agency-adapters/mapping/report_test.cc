#include "agency-adapters/mapping/report.h"

#include <nlohmann/json.hpp>

#include "gtest/gtest.h"

namespace amana::mapping {
namespace {

TEST(ReportTest, TextAndJsonSayTheSame) {
  const Report report{"police 1",
                      {{"SEX", "DEMOGRAPHIC.gender", Outcome::kMapped, ""},
                       {"SHIFT", "", Outcome::kDropped, "its own"},
                       {"AGE", "IDENTITY.age", Outcome::kRefused, "VALUE_INVALID"}}};
  EXPECT_EQ(ToText(report),
            "police 1\n"
            "MAPPED   SEX - DEMOGRAPHIC.gender\n"
            "DROPPED  SHIFT: its own\n"
            "REFUSED  AGE - IDENTITY.age: VALUE_INVALID\n");
  const auto json = nlohmann::json::parse(ToJson(report));
  EXPECT_EQ(json["mapping"], "police 1");
  EXPECT_EQ(json["mapped"][0]["fact"], "DEMOGRAPHIC.gender");
  EXPECT_EQ(json["dropped"][0], (nlohmann::json{{"native", "SHIFT"}, {"why", "its own"}}));
  EXPECT_EQ(json["refused"][0]["why"], "VALUE_INVALID");
}

TEST(ReportTest, OnlyWhatLooksLikeANameIsShown) {
  EXPECT_EQ(ShownName("nc:PersonName/nc:PersonGivenName"), "nc:PersonName/nc:PersonGivenName");
  EXPECT_EQ(ShownName("phones[].number"), "phones[].number");
  for (const std::string& name : {std::string(), std::string("Jane Doe"), std::string("a\nb"),
                                  std::string(129, 'a'), std::string("\xff")}) {
    EXPECT_EQ(ShownName(name), "(a name that is not shown)");
  }
}

}  // namespace
}  // namespace amana::mapping
