#include "broker/store/embedded/task_list.h"

#include <optional>
#include <utility>

#include "broker/store/embedded/record_rows.h"

namespace amana::store::embedded {

absl::StatusOr<std::vector<TaskRecord>> ReadReadableTasks(Session& session, sqlite::Statement query,
                                                          size_t limit) {
  std::vector<TaskRecord> tasks;
  while (tasks.size() < limit) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session.Next(query));
    if (!row) break;
    std::optional<TaskRecord> task = ReadTask(query);
    if (task.has_value()) {
      if (tasks.empty() || tasks.back().key != task->key) tasks.push_back(*std::move(task));
    } else {
      session.Corrupt("task").IgnoreError();
    }
  }
  return tasks;
}

}  // namespace amana::store::embedded
