#include "broker/main/guarded_clock.h"

#include <time.h>

#include <utility>

namespace amana::broker {

absl::Duration SinceBoot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

GuardedClock::GuardedClock(const Clock* inner, absl::Duration bound,
                           std::function<absl::Duration()> steady)
    : inner_(inner),
      bound_(bound),
      steady_(std::move(steady)),
      last_wall_(inner->Now()),
      last_steady_(steady_()) {}

bool GuardedClock::Look() {
  absl::MutexLock lock(&mu_);
  const absl::Duration steady = steady_();
  const absl::Time wall = inner_->Now();
  const absl::Duration jump = (wall - last_wall_) - (steady - last_steady_);
  last_wall_ = wall;
  last_steady_ = steady;
  if (absl::AbsDuration(jump) <= bound_) return false;
  held_.store(true, std::memory_order_release);
  return true;
}

}  // namespace amana::broker
