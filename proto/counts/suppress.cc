#include "proto/counts/suppress.h"

#include <algorithm>
#include <tuple>

namespace amana::counts {
namespace {

// More than any sum of counts; as many of them as a line has cells can be added up.
constexpr uint64_t kUnbounded = uint64_t{1} << 40;

uint64_t Less(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

}  // namespace

CountTable::CountTable(size_t rows, size_t columns)
    : rows_(rows), columns_(columns), cells_((rows + 1) * (columns + 1)) {}

std::vector<CountTable::Line> CountTable::Lines() const {
  std::vector<Line> lines;
  if (columns_ == 1) {  // a row and its total are the same: there is one line
    Line& line = lines.emplace_back();
    for (size_t row = 0; row <= rows_; ++row) line.cells.push_back(2 * row);
    return lines;
  }
  for (size_t row = 0; row <= rows_; ++row) {
    Line& line = lines.emplace_back();
    for (size_t column = 0; column <= columns_; ++column) {
      line.cells.push_back(row * (columns_ + 1) + column);
    }
  }
  for (size_t column = 0; column <= columns_; ++column) {
    Line& line = lines.emplace_back();
    for (size_t row = 0; row <= rows_; ++row) {
      line.cells.push_back(row * (columns_ + 1) + column);
    }
  }
  return lines;
}

// What a reader can work out: from what is shown, along each line, until nothing more follows.
std::vector<CountTable::Bounds> CountTable::WhatIsKnown(const std::vector<Line>& lines) const {
  std::vector<Bounds> known;
  for (const TableCell& cell : cells_) {
    switch (cell.shown) {
      case Shown::kCount:
        known.push_back({cell.count, cell.count});
        break;
      case Shown::kSmall:
        known.push_back({1, kSmallCount - 1});
        break;
      case Shown::kHidden:
        known.push_back({1, kUnbounded});
        break;
    }
  }
  bool more = true;
  const auto narrow = [&known, &more](size_t cell, uint64_t low, uint64_t high) {
    Bounds& bounds = known[cell];
    if (low > bounds.low) bounds.low = low, more = true;
    if (high < bounds.high) bounds.high = high, more = true;
  };
  while (more) {
    more = false;
    for (const Line& line : lines) {
      const size_t total = line.cells.back();
      uint64_t low = 0, high = 0;
      for (const size_t cell : line.cells) {
        if (cell == total) continue;
        low += known[cell].low;
        high += known[cell].high;
      }
      narrow(total, low, std::min(kUnbounded, high));
      for (const size_t cell : line.cells) {
        if (cell == total || known[cell].low == known[cell].high) continue;
        const Bounds before = known[cell];
        const uint64_t others_low = low - before.low, others_high = high - before.high;
        narrow(cell, others_high >= kUnbounded ? 0 : Less(known[total].low, others_high),
               known[total].high >= kUnbounded ? kUnbounded : known[total].high - others_low);
        low = others_low + known[cell].low;
        high = others_high + known[cell].high;
      }
    }
  }
  return known;
}

// In a line of one of `cells`: the smallest count that is still shown, totals last.
std::optional<size_t> CountTable::SmallestShown(const std::vector<Line>& lines,
                                                const std::set<size_t>& cells) const {
  std::optional<std::tuple<bool, uint64_t, size_t>> best;  // a total?, the count, where
  for (const Line& line : lines) {
    if (std::ranges::none_of(line.cells, [&](size_t at) { return cells.contains(at); })) continue;
    for (const size_t at : line.cells) {
      const TableCell& other = cells_[at];
      if (other.shown != Shown::kCount || other.count == 0) continue;
      const std::tuple candidate(at == line.cells.back(), other.count, at);
      if (!best.has_value() || candidate < *best) best = candidate;
    }
  }
  return best.has_value() ? std::optional(std::get<2>(*best)) : std::nullopt;
}

// Something more by which `cell` is known: in its own lines, else in those of what is not shown
// there, and so on; where no count is left, what is shown as small says only that it is there.
// False: nothing can be done.
bool CountTable::HideMore(const std::vector<Line>& lines, size_t cell) {
  std::set<size_t> reached = {cell};
  for (size_t before = 0; before != reached.size();) {
    if (const auto next = SmallestShown(lines, reached)) {
      cells_[*next].shown = Shown::kHidden;
      hidden_.push_back(*next);
      return true;
    }
    before = reached.size();
    const std::set<size_t> from = reached;
    for (const Line& line : lines) {
      if (std::ranges::none_of(line.cells, [&](size_t at) { return from.contains(at); })) continue;
      for (const size_t at : line.cells) {
        if (cells_[at].shown != Shown::kCount) reached.insert(at);
      }
    }
  }
  for (const size_t at : reached) {
    if (cells_[at].shown != Shown::kSmall) continue;
    cells_[at].shown = Shown::kHidden;
    return true;
  }
  return false;
}

void CountTable::Suppress() {
  for (size_t row = 0; row < rows_; ++row) {
    for (size_t column = 0; column < columns_; ++column) {
      const uint64_t count = at(row, column).count;
      for (TableCell* total : {&at(row, columns_), &at(rows_, column), &at(rows_, columns_)}) {
        total->count += count;
      }
    }
  }
  for (TableCell& cell : cells_) {
    if (cell.count > 0 && cell.count < kSmallCount) cell.shown = Shown::kSmall;
  }
  // What is hidden must stay hidden, or others would be known by it: the last one first.
  const std::vector<Line> lines = Lines();
  bool again = true;
  while (again) {
    const std::vector<Bounds> known = WhatIsKnown(lines);
    const auto protect = [&](size_t cell) {
      return known[cell].low == known[cell].high && HideMore(lines, cell);
    };
    again = false;
    for (size_t i = hidden_.size(); i > 0 && !again; --i) again = protect(hidden_[i - 1]);
    for (size_t cell = 0; cell < cells_.size() && !again; ++cell) {
      again = cells_[cell].shown == Shown::kSmall && protect(cell);
    }
  }
  for (size_t row = 0; row <= rows_ && columns_ == 1; ++row) at(row, 1) = at(row, 0);
}

std::string CellText(const TableCell& cell) {
  switch (cell.shown) {
    case Shown::kSmall:
      return "<" + std::to_string(kSmallCount);
    case Shown::kHidden:
      return "n/s";
    case Shown::kCount:
      break;
  }
  return std::to_string(cell.count);
}

}  // namespace amana::counts
