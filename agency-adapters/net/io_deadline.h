// Ends what a blocking library does on a socket when its time is over: the library's own timeouts
// do not cover every wait.
#ifndef AMANA_AGENCY_ADAPTERS_NET_IO_DEADLINE_H_
#define AMANA_AGENCY_ADAPTERS_NET_IO_DEADLINE_H_

#include <chrono>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/bell.h"

namespace amana::net {

// One thread of its own, asleep unless armed. Arm and Disarm: one thread at a time.
class IoDeadline {
 public:
  IoDeadline();
  ~IoDeadline();
  IoDeadline(const IoDeadline&) = delete;
  IoDeadline& operator=(const IoDeadline&) = delete;

  // Unless Disarm comes within `timeout` (by no clock that can be set), the socket is shut down in
  // both directions.
  void Arm(int socket, absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mu_);
  // From its return on the socket is not touched any more. Whether it was shut down.
  bool Disarm() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Watch() ABSL_LOCKS_EXCLUDED(mu_);
  // Ends what is over; how long the next look may wait. None: it is ending.
  std::optional<absl::Duration> Look() ABSL_LOCKS_EXCLUDED(mu_);

  Bell changed_;
  absl::Mutex mu_;
  std::optional<int> socket_ ABSL_GUARDED_BY(mu_);
  std::chrono::steady_clock::time_point deadline_ ABSL_GUARDED_BY(mu_);
  bool expired_ ABSL_GUARDED_BY(mu_) = false;
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_IO_DEADLINE_H_
