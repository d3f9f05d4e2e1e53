// A clock that notices when the wall clock jumps. After a jump it is not synchronised any more, so
// nothing that depends on time is accepted, delivered, expired or erased, until an operator has
// confirmed the time by starting the broker again.
#ifndef AMANA_BROKER_MAIN_GUARDED_CLOCK_H_
#define AMANA_BROKER_MAIN_GUARDED_CLOCK_H_

#include <atomic>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"

namespace amana::broker {

// Time since the machine started, sleep included; not moved by setting the wall clock.
absl::Duration SinceBoot();

// Thread-safe.
class GuardedClock final : public Clock {
 public:
  // `inner` must outlive it. Holds when between two looks wall time and `steady` differ by more
  // than `bound`.
  GuardedClock(const Clock* inner, absl::Duration bound,
               std::function<absl::Duration()> steady = SinceBoot);

  absl::Time Now() const override { return inner_->Now(); }
  bool Synchronised() const override { return !held() && inner_->Synchronised(); }

  bool held() const { return held_.load(std::memory_order_acquire); }
  // Looks; called every second. True when this look found a jump.
  bool Look();

 private:
  const Clock* const inner_;
  const absl::Duration bound_;
  const std::function<absl::Duration()> steady_;
  std::atomic<bool> held_{false};
  absl::Mutex mu_;
  absl::Time last_wall_ ABSL_GUARDED_BY(mu_);
  absl::Duration last_steady_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_GUARDED_CLOCK_H_
