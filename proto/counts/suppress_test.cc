#include "proto/counts/suppress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace amana::counts {
namespace {

CountTable Suppressed(const std::vector<std::vector<uint64_t>>& counts) {
  CountTable table(counts.size(), counts.front().size());
  for (size_t row = 0; row < table.rows(); ++row) {
    for (size_t column = 0; column < table.columns(); ++column) {
      table.at(row, column).count = counts[row][column];
    }
  }
  table.Suppress();
  return table;
}

std::string Text(const CountTable& table) {
  std::string text;
  for (size_t row = 0; row <= table.rows(); ++row) {
    for (size_t column = 0; column <= table.columns(); ++column) {
      text += (column > 0 ? " " : "") + CellText(table.at(row, column));
    }
    text += ";";
  }
  return text;
}

TEST(SuppressTest, SmallCountsAndWhatGivesThemBack) {
  const struct {
    const char* name;
    std::vector<std::vector<uint64_t>> counts;
    const char* shown;
  } cases[] = {
      {"all large", {{10}, {20}}, "10 10;20 20;30 30;"},
      {"zero is nobody", {{0}, {20}}, "0 0;20 20;20 20;"},
      {"five is shown", {{5}, {20}}, "5 5;20 20;25 25;"},
      {"the total would give a lone one back", {{3}, {20}, {30}}, "<5 <5;n/s n/s;30 30;53 53;"},
      {"both totals would", {{3, 20}, {30, 40}}, "<5 n/s 23;n/s n/s 70;33 60 93;"},
  };
  for (const auto& c : cases) EXPECT_EQ(Text(Suppressed(c.counts)), c.shown) << c.name;
}

TEST(SuppressTest, SeveralSmallOnesThatTheirSumGivesBackAreNotEnough) {
  // 1 + 1 = 2: both would be known from the total.
  const CountTable table = Suppressed({{1}, {1}, {20}});
  EXPECT_NE(table.at(2, 0).shown, Shown::kCount);
  // Four at most in all, of four that are there.
  const CountTable four = Suppressed({{1}, {1}, {1}, {1}});
  EXPECT_NE(four.at(4, 0).shown, Shown::kCount);
  EXPECT_NE(four.at(4, 0).shown, Shown::kSmall);
}

// Somebody who tries every table of counts that fits what is shown finds more than one value for
// each small count.
class Reader {
 public:
  explicit Reader(const CountTable& table)
      : table_(table), values_(table.rows() * table.columns()) {
    seen_.resize(values_.size());
  }

  std::vector<std::set<uint64_t>> Try() {
    Next(0);
    return seen_;
  }

 private:
  static constexpr uint64_t kMost = 14;

  static bool Fits(const TableCell& cell, uint64_t value) {
    switch (cell.shown) {
      case Shown::kSmall:
        return value >= 1 && value < kSmallCount;
      case Shown::kHidden:
        return value >= 1;
      case Shown::kCount:
        break;
    }
    return value == cell.count;
  }

  bool LineFits(size_t at) const {
    const size_t columns = table_.columns(), row = at / columns, column = at % columns;
    uint64_t sum = 0;
    if (column + 1 == columns) {
      for (size_t i = 0; i < columns; ++i) sum += values_[row * columns + i];
      if (!Fits(table_.at(row, columns), sum)) return false;
    }
    sum = 0;
    if (row + 1 == table_.rows()) {
      for (size_t i = 0; i < table_.rows(); ++i) sum += values_[i * columns + column];
      if (!Fits(table_.at(table_.rows(), column), sum)) return false;
    }
    sum = 0;
    if (at + 1 < values_.size()) return true;
    for (const uint64_t value : values_) sum += value;
    return Fits(table_.at(table_.rows(), columns), sum);
  }

  void Next(size_t at) {
    if (at == values_.size()) {
      for (size_t i = 0; i < values_.size(); ++i) seen_[i].insert(values_[i]);
      return;
    }
    const TableCell& cell = table_.at(at / table_.columns(), at % table_.columns());
    for (uint64_t value = 0; value <= kMost; ++value) {
      if (!Fits(cell, value)) continue;
      values_[at] = value;
      if (LineFits(at)) Next(at + 1);
    }
  }

  const CountTable& table_;
  std::vector<uint64_t> values_;
  std::vector<std::set<uint64_t>> seen_;
};

TEST(SuppressTest, NobodyWorksOutASmallCount) {
  std::mt19937_64 random(20311201);
  size_t small = 0, shown = 0;
  for (int round = 0; round < 2000; ++round) {
    const size_t rows = 1 + random() % 3, columns = 1 + random() % 2;
    std::vector<std::vector<uint64_t>> counts(rows, std::vector<uint64_t>(columns));
    for (auto& row : counts) {
      for (uint64_t& count : row) count = random() % 3 == 0 ? random() % 5 : random() % 11;
    }
    const CountTable table = Suppressed(counts);
    const auto possible = Reader(table).Try();
    for (size_t at = 0; at < possible.size(); ++at) {
      const TableCell& cell = table.at(at / columns, at % columns);
      ASSERT_TRUE(possible[at].contains(cell.count)) << Text(table);
      if (cell.shown == Shown::kCount) ++shown;
      if (cell.count == 0 || cell.count >= kSmallCount) continue;
      ++small;
      EXPECT_NE(cell.shown, Shown::kCount) << Text(table);
      EXPECT_GT(possible[at].size(), 1u) << Text(table) << " of " << cell.count;
    }
  }
  EXPECT_GT(small, 300u);
  EXPECT_GT(shown, 300u);
}

}  // namespace
}  // namespace amana::counts
