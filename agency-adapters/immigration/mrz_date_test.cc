#include "agency-adapters/immigration/mrz_date.h"

#include <gtest/gtest.h>

namespace amana::immigration {
namespace {

const absl::CivilDay kToday(2031, 2, 2);

TEST(MrzDate, IsReadAsPrinted) {
  for (const char* text : {"740812", "05<<<<", "<<<<<<", "0501<<", "05<<17", "000229", "<<0229"}) {
    const auto date = ParseMrzDate(text);
    ASSERT_TRUE(date.has_value()) << text;
    EXPECT_EQ(date->text(), text);
  }
}

TEST(MrzDate, NothingElseIsADate) {
  for (const char* text : {"", "74081", "7408122", "741301", "740800", "740832", "740431", "230229",
                           "<<0230", "7<0812", "74<812", "00000O", "+70812", "000000"}) {
    EXPECT_FALSE(ParseMrzDate(text).has_value()) << text;
  }
}

struct Case {
  const char* text;
  std::optional<absl::CivilDay> day;
};

TEST(MrzDate, ABirthHasItsCenturyOnlyWhereOneIsPossible) {
  for (const Case& c :
       {Case{"740812", absl::CivilDay(1974, 8, 12)}, Case{"320101", absl::CivilDay(1932, 1, 1)},
        Case{"310203", absl::CivilDay(1931, 2, 3)},  // 2031 is tomorrow
        Case{"310202", std::nullopt},                // born today, or 100
        Case{"150601", std::nullopt},                // 15 or 115
        Case{"110202", std::nullopt},                // 20 or 120
        Case{"110201", absl::CivilDay(2011, 2, 1)}, Case{"000229", absl::CivilDay(2000, 2, 29)},
        Case{"05<<<<", std::nullopt}, Case{"<<0812", std::nullopt}}) {
    EXPECT_EQ(BirthDay(*ParseMrzDate(c.text), kToday), c.day) << c.text;
  }
}

TEST(MrzDate, AnExpiryHasItsCenturyOnlyWhereOneIsPossible) {
  for (const Case& c :
       {Case{"120415", absl::CivilDay(2012, 4, 15)}, Case{"790101", absl::CivilDay(2079, 1, 1)},
        Case{"820101", absl::CivilDay(1982, 1, 1)}, Case{"800101", std::nullopt},  // 1980 or 2080
        Case{"310202", absl::CivilDay(2031, 2, 2)}, Case{"<<<<<<", std::nullopt}}) {
    EXPECT_EQ(ExpiryDay(*ParseMrzDate(c.text), kToday), c.day) << c.text;
  }
}

}  // namespace
}  // namespace amana::immigration
