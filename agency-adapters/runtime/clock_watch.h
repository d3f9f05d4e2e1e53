// What an adapter does when its machine's clock is set while things wait in the journal. Deadlines
// and pauses there are times of the clock, but what they mean is how long something has waited: so
// they move with it, and fourteen days ahead is no reason to refuse everything at once, nor an hour
// back one to try nothing for an hour.
//
// Nothing stops but what would end by time; the broker's own hold is stricter, as it judges by the
// clock what others did. What is signed meanwhile carries the time that the clock shows, and the
// broker refuses one that cannot be. Health fails until the clock is where it was, or the program
// is started anew by whoever has looked at the clock.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_CLOCK_WATCH_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_CLOCK_WATCH_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agency-adapters/runtime/journal.h"
#include "base/clock.h"
#include "base/steady_clock.h"

namespace amana::runtime {

// Thread-safe.
class ClockWatch {
 public:
  // Both outlive it.
  ClockWatch(const Clock& clock, const SteadyClock& steady);

  // By how much the clock was set since the last look; zero as long as that is less than a minute.
  absl::Duration Look();
  // CLOCK_WENT_BACK or CLOCK_JUMPED: more than an hour from where it was at the start. Else empty.
  std::string Trouble() const;

 private:
  absl::Duration Offset() const { return clock_.Now() - absl::UnixEpoch() - steady_.Now(); }

  const Clock& clock_;
  const SteadyClock& steady_;
  const absl::Duration first_;
  mutable absl::Mutex mu_;
  absl::Duration last_ ABSL_GUARDED_BY(mu_);
};

// Of what waits in either direction: when it is tried next, and until when. Errors: of Journal.
absl::Status MoveWaiting(Journal& journal, absl::Duration by);
// At a start: nothing waits longer than `policy` says, though the clock was ahead when it was
// noted.
absl::Status WaitWithin(Journal& journal, const RetryPolicy& policy, absl::Time now);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_CLOCK_WATCH_H_
