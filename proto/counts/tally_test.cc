#include "proto/counts/tally.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

namespace amana::counts {
namespace {

std::string Text(std::vector<TallyRow> rows) {
  std::string text;
  for (const TallyRow& row : rows) {
    text += row.first.value_or("*") + " " + row.second.value_or("*") + " " + CellText(row.count);
    if (row.times.has_value()) {
      for (const auto& time : {row.times->p50, row.times->p90, row.times->p99}) {
        if (time.has_value()) text += " " + absl::FormatDuration(*time);
      }
    }
    text += ";";
  }
  return text;
}

TEST(TallyTest, TimesAreOfWhatIsShownAlone) {
  Tally tally(true);
  for (int i = 1; i <= 10; ++i) tally.Add("mon", "a", absl::Minutes(i));
  for (int i = 1; i <= 6; ++i) tally.Add("tue", "a", absl::Minutes(20 + i));
  for (int i = 1; i <= 8; ++i) tally.Add("mon", "b", absl::Minutes(40 + i));
  tally.Add("tue", "b", absl::Hours(9));
  EXPECT_EQ(tally.firsts(), 2u);
  EXPECT_EQ(tally.seconds(), 2u);
  EXPECT_EQ(Text(std::move(tally).Rows()),
            "mon a n/s;mon b n/s;tue a n/s;tue b <5;"
            "mon * 18 9m;tue * 7;"
            "* a 16 8m;* b 9 45m;"
            "* * 25 23m;");
}

// A time that fewer than five took, or more than it, would be one person's.
TEST(TallyTest, NoTimeIsShownThatIsOfVeryFew) {
  const auto shown = [](int measured) {
    Tally tally(false);
    for (int i = 1; i <= measured; ++i) tally.Add("a", "", absl::Seconds(i));
    const std::string text = Text(std::move(tally).Rows());
    return text.substr(0, text.find(';'));
  };
  EXPECT_EQ(shown(8), "a  8");
  EXPECT_EQ(shown(9), "a  9 5s");
  EXPECT_EQ(shown(39), "a  39 20s");
  EXPECT_EQ(shown(40), "a  40 20s 36s");
  EXPECT_EQ(shown(399), "a  399 3m20s 6m");
  EXPECT_EQ(shown(400), "a  400 3m20s 6m 6m36s");
}

TEST(TallyTest, OfOneDimensionThereIsOneTotal) {
  Tally tally(false);
  for (int i = 1; i <= 5; ++i) tally.Add("a", "", std::nullopt);
  EXPECT_EQ(Text(std::move(tally).Rows()), "a  5;* * 5;");
  EXPECT_EQ(Text(Tally(true).Rows()), "* * 0;");
}

// As many agencies as a federation has. Where most counts are small, and where each agency has one
// small count among large ones, so that for each of them others are hidden.
TEST(TallyTest, ALargeTableIsDoneInBoundedTime) {
  std::mt19937_64 random(7);
  for (const bool sparse : {false, true}) {
    Tally tally(true);
    for (int agency = 100; agency < 356; ++agency) {
      const int few = 10 + static_cast<int>(random() % 31);
      for (int day = 10; day < 41; ++day) {
        for (size_t i = sparse ? (day == few ? 2 : 9) : random() % 8; i > 0; --i) {
          tally.Add(std::to_string(day), std::to_string(agency), absl::Minutes(1));
        }
      }
    }
    const auto began = std::chrono::steady_clock::now();
    const std::vector<TallyRow> rows = std::move(tally).Rows();
    const auto took = std::chrono::steady_clock::now() - began;
    size_t small = 0;
    for (const TallyRow& row : rows) small += row.count.shown == Shown::kSmall ? 1 : 0;
    EXPECT_GT(small, 200u);
    EXPECT_LT(took, std::chrono::seconds(10)) << (sparse ? "sparse" : "dense");
  }
}

}  // namespace
}  // namespace amana::counts
