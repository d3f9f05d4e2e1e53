// The events of the log that may be what is asked for, in order and in slices: through the index
// where there is one, every event where there is none.
#ifndef AMANA_BROKER_OPERATIONS_EVENT_SCAN_H_
#define AMANA_BROKER_OPERATIONS_EVENT_SCAN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "broker/store/store.h"

namespace amana::operations {

struct EventSlice {
  std::vector<store::StoredEvent> events;
  uint64_t upto = 0;  // everything before it was looked at
};

// From `first` on, before `end`; an empty slice only where there is nothing more, or when many
// blocks had nothing. Without groups: every event. Errors of the store.
absl::StatusOr<EventSlice> ScanEvents(const store::Log& log, const store::TermGroups& groups,
                                      uint64_t first, uint64_t end);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_EVENT_SCAN_H_
