#include "broker/delivery/clocks.h"

#include <utility>

#include "broker/delivery/settle.h"

namespace amana::delivery {
namespace {

using store::CallState;

// The states in which nothing is offered to anybody yet, or any more.
bool IsBeforeOffer(v1::TaskState state) {
  switch (state) {
    case v1::TASK_STATE_SUBMITTED:
    case v1::TASK_STATE_BLOCKED_CONSENT:
    case v1::TASK_STATE_NEEDS_WRAP:
    case v1::TASK_STATE_UNROUTABLE:
      return true;
    default:
      return false;
  }
}

absl::Time Since(const store::TaskRecord& task) {
  switch (task.state) {
    case v1::TASK_STATE_ROUTED:
    case v1::TASK_STATE_RECEIVED:
    case v1::TASK_STATE_SEEN:
      return task.clock.offered + task.clock.paused;
    default:
      return task.changed;
  }
}

// The person has said no: nobody is to be served.
bool WaitsForNobody(const store::TaskRecord& before, const store::TaskRecord& next) {
  if (next.state == v1::TASK_STATE_BLOCKED_CONSENT) return IsSettled(next);
  return next.state == v1::TASK_STATE_EXPIRED && IsSettled(before);
}

codes::Sla AtPace(absl::Duration hour, const codes::Sla& windows) {
  if (hour == absl::Hours(1)) return windows;
  const auto at_pace = [&](absl::Duration window) {
    // Rungs are quarters of windows, and the store keeps milliseconds.
    return absl::Ceil(window * absl::FDivDuration(hour, absl::Hours(1)), absl::Milliseconds(4));
  };
  return {at_pace(windows.acknowledge), at_pace(windows.decide), at_pace(windows.start)};
}

absl::Time DueOf(const std::optional<referral::Rung>& rung) {
  return rung.has_value() ? rung->at : absl::InfiniteFuture();
}

}  // namespace

codes::Sla WindowsOf(const store::Snapshot& snapshot, const store::TaskRecord& task,
                     v1::Urgency urgency) {
  const absl::Duration hour = snapshot.directory().Hour();
  if (task.recipient.has_value()) {
    // Where the directory cannot be read, everybody's windows hold.
    const absl::StatusOr<routing::DirectoryPtr> directory = snapshot.directory().Current();
    const routing::Unit* const unit =
        directory.ok() ? (*directory)->unit(*task.recipient) : nullptr;
    if (unit != nullptr) return AtPace(hour, unit->Sla(urgency));
  }
  return AtPace(hour, routing::DefaultSla(urgency));
}

std::optional<referral::Rung> NextRungOf(const store::Snapshot& snapshot,
                                         const store::TaskRecord& task, v1::Urgency urgency) {
  return referral::NextRung({.state = task.state,
                             .since = Since(task),
                             .offered = task.clock.offered,
                             .reached = task.clock.reached,
                             .call_owed = task.clock.call == CallState::kOwed,
                             .windows = WindowsOf(snapshot, task, urgency)});
}

bool WasOffered(const store::TaskRecord& task) {
  if (!task.recipient.has_value()) return false;
  if (task.clock.offered != absl::InfinitePast()) return true;
  // From before there were clocks: as far as the state tells.
  return !IsBeforeOffer(task.state) && task.state != v1::TASK_STATE_EXPIRED;
}

void EnterClock(const store::Snapshot& snapshot, const store::TaskRecord& before,
                v1::Urgency urgency, store::TaskRecord& next) {
  store::TaskClock& clock = next.clock;
  if (next.state == v1::TASK_STATE_ROUTED) {
    clock = {};
    clock.offered = next.changed;
    if (referral::OwesCall(next.state, urgency)) clock.call = CallState::kOwed;
  } else if (IsBeforeOffer(next.state)) {
    clock = {};
  }
  if (before.state == v1::TASK_STATE_INFO_REQUESTED && next.state == v1::TASK_STATE_SEEN) {
    clock.paused += next.changed - before.changed;
  }
  if (before.state != v1::TASK_STATE_ROUTED || next.state != v1::TASK_STATE_RECEIVED) {
    clock.reached = v1::ESCALATION_LEVEL_UNSPECIFIED;
  }
  if (!referral::OwesCall(next.state, urgency)) clock.call = CallState::kNone;
  clock.due = WaitsForNobody(before, next) ? absl::InfiniteFuture()
                                           : DueOf(NextRungOf(snapshot, next, urgency));
}

absl::Status KeepClock(store::Transaction& tx, store::TaskRecord task, v1::Urgency urgency) {
  task.clock.due = DueOf(NextRungOf(std::as_const(tx), task, urgency));
  return tx.referrals().MoveTask(task.state, task);
}

}  // namespace amana::delivery
