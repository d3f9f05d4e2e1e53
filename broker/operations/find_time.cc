#include "broker/operations/find_time.h"

#include <vector>

#include "base/status.h"
#include "broker/operations/errors.h"

namespace amana::operations {

absl::StatusOr<uint64_t> FirstNotBefore(const store::Log& log, uint64_t size, absl::Time time) {
  uint64_t low = 0, high = size;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> found, log.ReadEvents(middle, 1));
    if (found.empty()) return NotFound("index");
    if (found[0].event.time < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace amana::operations
