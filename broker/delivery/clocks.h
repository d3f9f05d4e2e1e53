// The clocks of a task as the store keeps them: when each begins, how far it has gone, when time
// does something next (referral/escalation.h has the ladder).
#ifndef AMANA_BROKER_DELIVERY_CLOCKS_H_
#define AMANA_BROKER_DELIVERY_CLOCKS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "broker/referral/escalation.h"
#include "broker/store/store.h"

namespace amana::delivery {

// The windows that hold for a task: its unit's own, where it is with one that has any, else those
// of the urgency; at the store's pace, in milliseconds.
codes::Sla WindowsOf(const store::Snapshot& snapshot, const store::TaskRecord& task,
                     v1::Urgency urgency);

// `next` is the task as it is after it has left `before` at `next.changed`: gives it its clock. An
// offer begins with ROUTED and is not over before the task leaves the recipient; a question stops
// its clocks; RECEIVED goes on with the clock of ROUTED. What a withdrawal has blocked, or what
// expires after it, waits for nobody.
void EnterClock(const store::Snapshot& snapshot, const store::TaskRecord& before,
                v1::Urgency urgency, store::TaskRecord& next);

// Whether the task's present recipient was offered it, and not only chosen.
bool WasOffered(const store::TaskRecord& task);

// What time does to it next; nullopt: nothing.
std::optional<referral::Rung> NextRungOf(const store::Snapshot& snapshot,
                                         const store::TaskRecord& task, v1::Urgency urgency);

// Keeps the task's clock, with `due` as it follows from the rest. No event: nothing that the task
// is has changed.
absl::Status KeepClock(store::Transaction& tx, store::TaskRecord task, v1::Urgency urgency);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_CLOCKS_H_
