#include "broker/operations/replay.h"

#include <vector>

namespace amana::operations {

absl::StatusOr<std::optional<uint64_t>> FindEventOf(const store::Snapshot& snapshot,
                                                    const ReferralId& referral, v1::EventKind kind,
                                                    const Digest& statement) {
  constexpr size_t kAtOnce = 256;
  std::optional<uint64_t> found;
  for (uint64_t first = 0;;) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> events,
                           snapshot.log().EventsOf(referral, first, kAtOnce));
    for (const store::StoredEvent& each : events) {
      if (each.event.kind == kind && each.event.statement_digest == statement) found = each.index;
    }
    if (events.size() < kAtOnce) return found;
    first = events.back().index + 1;
  }
}

}  // namespace amana::operations
