// Where in the log a time begins. Time in the log never runs backwards, so it is found without
// looking at what is before it.
#ifndef AMANA_BROKER_OPERATIONS_FIND_TIME_H_
#define AMANA_BROKER_OPERATIONS_FIND_TIME_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/store/store.h"

namespace amana::operations {

// The first of the log's first `size` events that is not before `time`; `size` when there is none.
// Errors of the store.
absl::StatusOr<uint64_t> FirstNotBefore(const store::Log& log, uint64_t size, absl::Time time);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_FIND_TIME_H_
