// What happened how often, and how long it took, over a mirror's events. What the mirror is not
// shown is not guessed: it is counted as not shown. Counts of people's cases are suppressed as
// proto/counts/suppress.h says, times with them.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_COUNTS_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_COUNTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "proto/counts/tally.h"

namespace amana::auditor {

enum class Counted {
  kEvents,       // all that the question asks for
  kDeliveries,   // DELIVERY_NATIVE_ACKED; how long after the referral was accepted by the broker
  kAcceptances,  // TASK_ACCEPTED; likewise
  kRefusals,     // TASK_REJECTED
};
// kAgency: the recipient's; where an event has none, who acted.
enum class CountBy { kDay, kAgency, kKind, kReason };

using counts::CellText;
using counts::Shown;
using counts::TableCell;
using counts::Times;

struct CountRow {
  std::vector<std::string> key;  // one for each dimension; "all" in totals
  TableCell count;
  std::optional<Times> times;  // where the count is shown, and enough were measured for one
};

struct Counts {
  std::vector<CountRow> rows;  // by key, totals last
  uint64_t unmeasured = 0;     // deliveries or acceptances without the referral they are of
  uint64_t unsure = 0;         // events that do not show whether they are asked for
  uint64_t without_key = 0;    // events that do not show by what they are counted: "(not shown)"
};

// `by` has one or two dimensions, each once. Errors of reading; EVENT_INVALID.
absl::StatusOr<Counts> CountEvents(MirrorBook& book, const EventQuery& query, Counted counted,
                                   const std::vector<CountBy>& by);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_COUNTS_H_
