// Small numbers of people in a table are not shown, and neither is what would give them back: a
// count below five, and as many others beside it as it takes that nobody can work it out from the
// totals. Pure; thread-safe.
#ifndef AMANA_PROTO_COUNTS_SUPPRESS_H_
#define AMANA_PROTO_COUNTS_SUPPRESS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace amana::counts {

inline constexpr uint64_t kSmallCount = 5;  // from here on a count is shown

enum class Shown {
  kCount,
  kSmall,   // "<5": at least one, and fewer than five
  kHidden,  // not shown so that others stay unknown: at least one
};

struct TableCell {
  uint64_t count = 0;
  Shown shown = Shown::kCount;
};

// Counts in rows and columns; the last of each row and the last row are totals, which this adds.
// A table of one dimension has one column.
class CountTable {
 public:
  CountTable(size_t rows, size_t columns);

  TableCell& at(size_t row, size_t column) { return cells_[row * (columns_ + 1) + column]; }
  const TableCell& at(size_t row, size_t column) const {
    return cells_[row * (columns_ + 1) + column];
  }
  size_t rows() const { return rows_; }  // without the totals, which are at rows(), columns()
  size_t columns() const { return columns_; }

  // Adds up the totals and decides what is shown. Once, when all counts are in.
  void Suppress();

 private:
  // One line of the table: the cells before the last add up to the last.
  struct Line {
    std::vector<size_t> cells;
  };
  struct Bounds {
    uint64_t low = 0, high = 0;
  };

  std::vector<Line> Lines() const;
  std::vector<Bounds> WhatIsKnown(const std::vector<Line>& lines) const;
  std::optional<size_t> SmallestShown(const std::vector<Line>& lines,
                                      const std::set<size_t>& cells) const;
  bool HideMore(const std::vector<Line>& lines, size_t cell);

  const size_t rows_, columns_;
  std::vector<TableCell> cells_;
  std::vector<size_t> hidden_;  // that others stay unknown, as it was decided
};

// "17", "<5", "n/s" (not shown).
std::string CellText(const TableCell& cell);

}  // namespace amana::counts

#endif  // AMANA_PROTO_COUNTS_SUPPRESS_H_
