#include "tests/sim/states.h"

#include <string>
#include <string_view>

namespace amana::sim {

v1::TaskState TaskStateOf(v1::EventKind kind) {
  static constexpr std::string_view kPrefix = "EVENT_KIND_TASK_";
  const std::string& name = v1::EventKind_Name(kind);
  v1::TaskState state = v1::TASK_STATE_UNSPECIFIED;
  if (name.starts_with(kPrefix)) {
    v1::TaskState_Parse("TASK_STATE_" + name.substr(kPrefix.size()), &state);
  }
  return state;
}

v1::HandoverState HandoverStateOf(v1::EventKind kind) {
  static constexpr std::string_view kPrefix = "EVENT_KIND_HANDOVER_";
  const std::string& name = v1::EventKind_Name(kind);
  v1::HandoverState state = v1::HANDOVER_STATE_UNSPECIFIED;
  if (name.starts_with(kPrefix)) {
    v1::HandoverState_Parse("HANDOVER_STATE_" + name.substr(kPrefix.size()), &state);
  }
  return state;
}

}  // namespace amana::sim
