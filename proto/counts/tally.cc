#include "proto/counts/tally.h"

#include <algorithm>

namespace amana::counts {
namespace {

std::optional<Times> TimesOf(std::vector<absl::Duration> times) {
  std::ranges::sort(times);
  const auto at = [&times](size_t percent) -> std::optional<absl::Duration> {
    const size_t rank = (times.size() * percent + 99) / 100;
    const bool few = rank < kSmallCount || times.size() - rank + 1 < kSmallCount;
    return few ? std::nullopt : std::optional(times[rank - 1]);
  };
  const Times found{times.size(), at(50), at(90), at(99)};
  return found.p50.has_value() ? std::optional(found) : std::nullopt;
}

void Number(std::map<std::string, size_t>& names) {
  size_t next = 0;
  for (auto& [name, at] : names) at = next++;
}

}  // namespace

void Tally::Add(std::string first, std::string second, std::optional<absl::Duration> took) {
  firsts_.emplace(first, 0);
  seconds_.emplace(second, 0);
  Group& group = groups_[{std::move(first), std::move(second)}];
  ++group.count;
  if (took.has_value()) group.times.push_back(*took);
}

CountTable Tally::Suppressed() {
  Number(firsts_);
  Number(seconds_);
  CountTable table(firsts_.size(), std::max<size_t>(seconds_.size(), 1));
  for (const auto& [key, group] : groups_) {
    table.at(firsts_.at(key.first), seconds_.at(key.second)).count = group.count;
  }
  table.Suppress();
  return table;
}

// Of few, or of those that others would be told by, no time either.
void Tally::AddRow(std::vector<TallyRow>& rows, TallyRow row, std::vector<absl::Duration> times) {
  if (row.count.shown == Shown::kCount) row.times = TimesOf(std::move(times));
  rows.push_back(std::move(row));
}

void Tally::AddTotal(std::vector<TallyRow>& rows, TallyRow row) const {
  std::vector<absl::Duration> times;
  for (const auto& [key, group] : groups_) {
    if (row.first.value_or(key.first) != key.first) continue;
    if (row.second.value_or(key.second) != key.second) continue;
    times.insert(times.end(), group.times.begin(), group.times.end());
  }
  AddRow(rows, std::move(row), std::move(times));
}

std::vector<TallyRow> Tally::Rows() && {
  const CountTable table = Suppressed();
  std::vector<TallyRow> rows;
  for (auto& [key, group] : groups_) {
    AddRow(rows,
           {key.first, key.second, table.at(firsts_.at(key.first), seconds_.at(key.second)), {}},
           group.times);
  }
  if (two_dimensions_) {
    for (const auto& [name, at] : firsts_) {
      AddTotal(rows, {name, std::nullopt, table.at(at, table.columns()), {}});
    }
    for (const auto& [name, at] : seconds_) {
      AddTotal(rows, {std::nullopt, name, table.at(table.rows(), at), {}});
    }
  }
  AddTotal(rows, {std::nullopt, std::nullopt, table.at(table.rows(), table.columns()), {}});
  return rows;
}

}  // namespace amana::counts
