#include "base/clock.h"

#include <sys/timex.h>

namespace amana {

bool SystemClock::Synchronised() const {
  if (sync_ == ClockSync::kTrusted) return true;
  timex state{};
  const int result = adjtimex(&state);
  return result >= 0 && result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

absl::Time FakeClock::Now() const {
  absl::MutexLock lock(&mu_);
  return now_;
}

bool FakeClock::Synchronised() const {
  absl::MutexLock lock(&mu_);
  return synchronised_;
}

void FakeClock::Advance(absl::Duration by) {
  absl::MutexLock lock(&mu_);
  now_ += by;
}

void FakeClock::Set(absl::Time now) {
  absl::MutexLock lock(&mu_);
  now_ = now;
}

void FakeClock::SetSynchronised(bool synchronised) {
  absl::MutexLock lock(&mu_);
  synchronised_ = synchronised;
}

}  // namespace amana
