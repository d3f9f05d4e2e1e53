// Time is injected: nothing outside base/ asks the system what time it is. Wall time decides
// validity and SLAs; it is milliseconds since the Unix epoch wherever it is stored or signed.
#ifndef AMANA_BASE_CLOCK_H_
#define AMANA_BASE_CLOCK_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace amana {

// absl's own: functions of ours by these names would be ambiguous with them for an absl::Time.
using absl::FromUnixMillis;
using absl::ToUnixMillis;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
  // True when the clock may be trusted for decisions that depend on time (kernel synchronised, or
  // the operator said `clock_sync = "trusted"`).
  virtual bool Synchronised() const = 0;
};

enum class ClockSync { kRequired, kTrusted };

class SystemClock final : public Clock {
 public:
  explicit SystemClock(ClockSync sync) : sync_(sync) {}
  absl::Time Now() const override { return absl::Now(); }
  bool Synchronised() const override;  // kRequired: adjtimex reports no STA_UNSYNC

 private:
  const ClockSync sync_;
};

// For tests: stands still until moved.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start) : now_(start) {}
  absl::Time Now() const override;
  bool Synchronised() const override;
  void Advance(absl::Duration by);
  void Set(absl::Time now);
  void SetSynchronised(bool synchronised);

 private:
  mutable absl::Mutex mu_;
  absl::Time now_ ABSL_GUARDED_BY(mu_);
  bool synchronised_ ABSL_GUARDED_BY(mu_) = true;
};

}  // namespace amana

#endif  // AMANA_BASE_CLOCK_H_
