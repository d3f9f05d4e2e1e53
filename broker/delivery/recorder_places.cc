// Places that are held at units which say how many they have: while a task is offered, at most
// until the recipient should have decided, and from the acceptance on.
#include <algorithm>
#include <optional>
#include <utility>

#include "broker/delivery/clocks.h"
#include "broker/delivery/recorder.h"

namespace amana::delivery {
namespace {

bool HoldsForOffer(v1::TaskState state) {
  return state == v1::TASK_STATE_ROUTED || state == v1::TASK_STATE_RECEIVED ||
         state == v1::TASK_STATE_SEEN || state == v1::TASK_STATE_INFO_REQUESTED;
}

bool HoldsAccepted(v1::TaskState state) {
  return state == v1::TASK_STATE_ACCEPTED || state == v1::TASK_STATE_IN_PROGRESS;
}

bool Holds(const store::TaskRecord& task) {
  return task.recipient.has_value() && (HoldsForOffer(task.state) || HoldsAccepted(task.state));
}

// Whether the unit says how many places it has for this. One that the directory does not know has
// none to hold.
bool Counts(const store::Snapshot& snapshot, const Address& address, v1::ServiceType service) {
  const absl::StatusOr<routing::DirectoryPtr> directory = snapshot.directory().Current();
  if (!directory.ok()) return false;
  const routing::Unit* const unit = (*directory)->unit(address);
  if (unit == nullptr) return false;
  return std::any_of(unit->capacity.rooms.begin(), unit->capacity.rooms.end(),
                     [service](const routing::Room& room) { return room.service == service; });
}

}  // namespace

absl::Status Recorder::HoldPlace(const store::TaskRecord& task) {
  if (!Holds(task) || !Counts(std::as_const(tx_), *task.recipient, task.service)) {
    return absl::OkStatus();
  }
  store::PlaceRecord place;
  place.unit = *task.recipient;
  place.task = task.key;
  place.service = task.service;
  place.until = task.clock.offered + WindowsOf(std::as_const(tx_), task, referral_.urgency).decide;
  if (HoldsAccepted(task.state)) place.accepted = now_;
  return tx_.offers().HoldPlace(place, now_ - routing::kCapacityCounts);
}

absl::Status Recorder::FollowPlaces(const store::TaskRecord& before,
                                    const store::TaskRecord& next) {
  const bool stays = Holds(before) && Holds(next) && before.recipient == next.recipient;
  if (Holds(before) && !stays && Counts(std::as_const(tx_), *before.recipient, before.service)) {
    AMANA_RETURN_IF_ERROR(tx_.offers().FreePlace(*before.recipient, before.key));
  }
  const bool anew = Holds(next) && (!stays || next.state == v1::TASK_STATE_ACCEPTED);
  return anew ? HoldPlace(next) : absl::OkStatus();
}

}  // namespace amana::delivery
