// Time that nobody can set: for pauses, and to see that the clock on the wall was set. Says nothing
// of the date, and means nothing to another process.
#ifndef AMANA_BASE_STEADY_CLOCK_H_
#define AMANA_BASE_STEADY_CLOCK_H_

#include "absl/time/time.h"

namespace amana {

// Thread-safe.
class SteadyClock {
 public:
  virtual ~SteadyClock() = default;
  // Since some moment; never less than before.
  virtual absl::Duration Now() const = 0;
};

// The kernel's, which goes on while the machine sleeps (CLOCK_BOOTTIME): a laptop that was shut for
// a night has a clock that was not set.
class BootClock final : public SteadyClock {
 public:
  absl::Duration Now() const override;
};

}  // namespace amana

#endif  // AMANA_BASE_STEADY_CLOCK_H_
