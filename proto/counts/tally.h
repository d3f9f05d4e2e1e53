// Counts of people's cases and how long they took, by one or two dimensions, as a table that may be
// shown: suppress.h says of what neither count nor time is. Not thread-safe.
#ifndef AMANA_PROTO_COUNTS_TALLY_H_
#define AMANA_PROTO_COUNTS_TALLY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "proto/counts/suppress.h"

namespace amana::counts {

// By nearest rank; none where fewer than five took as long or longer, or as short or shorter: it
// would be the time of one of very few people.
struct Times {
  uint64_t measured = 0;
  std::optional<absl::Duration> p50 = {}, p90 = {}, p99 = {};
};

struct TallyRow {
  std::optional<std::string> first, second;  // none: of all of them
  TableCell count;
  std::optional<Times> times;  // where the count is shown, and enough were measured for one
};

class Tally {
 public:
  // Of one dimension `second` is always empty, and no row is a total of it alone.
  explicit Tally(bool two_dimensions) : two_dimensions_(two_dimensions) {}

  void Add(std::string first, std::string second, std::optional<absl::Duration> took);
  // Of each dimension, so far.
  size_t firsts() const { return firsts_.size(); }
  size_t seconds() const { return seconds_.size(); }

  // By `first` and `second` what was counted, then the totals. Once, when all is in.
  std::vector<TallyRow> Rows() &&;

 private:
  using Key = std::pair<std::string, std::string>;
  struct Group {
    uint64_t count = 0;
    std::vector<absl::Duration> times;
  };

  CountTable Suppressed();
  static void AddRow(std::vector<TallyRow>& rows, TallyRow row, std::vector<absl::Duration> times);
  void AddTotal(std::vector<TallyRow>& rows, TallyRow row) const;

  const bool two_dimensions_;
  std::map<Key, Group> groups_;
  std::map<std::string, size_t> firsts_, seconds_;  // where they are in the table
};

}  // namespace amana::counts

#endif  // AMANA_PROTO_COUNTS_TALLY_H_
