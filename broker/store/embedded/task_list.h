#ifndef AMANA_BROKER_STORE_EMBEDDED_TASK_LIST_H_
#define AMANA_BROKER_STORE_EMBEDDED_TASK_LIST_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "base/sqlite.h"
#include "broker/store/embedded/session.h"
#include "broker/store/records.h"

namespace amana::store::embedded {

// Tasks of what is to be done; `query` selects AMANA_TASK_COLUMNS. What cannot be read is told to
// health and left out: it must not hold up the others. A task that comes twice in a row is one.
absl::StatusOr<std::vector<TaskRecord>> ReadReadableTasks(Session& session, sqlite::Statement query,
                                                          size_t limit);

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_TASK_LIST_H_
