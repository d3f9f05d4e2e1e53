#include "base/steady_clock.h"

#include <ctime>

namespace amana {

absl::Duration BootClock::Now() const {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);  // known to every kernel that this runs on: cannot fail
  return absl::DurationFromTimespec(now);
}

}  // namespace amana
