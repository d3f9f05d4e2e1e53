// Ends what a blocking library does on a socket when its time is over: the library's own timeouts
// do not cover every wait.
#ifndef AMANA_AGENCY_ADAPTERS_NET_IO_DEADLINE_H_
#define AMANA_AGENCY_ADAPTERS_NET_IO_DEADLINE_H_

#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace amana::net {

// One thread of its own, asleep unless armed. Arm and Disarm: one thread at a time.
class IoDeadline {
 public:
  IoDeadline();
  ~IoDeadline();
  IoDeadline(const IoDeadline&) = delete;
  IoDeadline& operator=(const IoDeadline&) = delete;

  // Unless Disarm comes within `timeout` (real time), the socket is shut down in both directions.
  void Arm(int socket, absl::Duration timeout) ABSL_LOCKS_EXCLUDED(mu_);
  // From its return on the socket is not touched any more. Whether it was shut down.
  bool Disarm() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Watch() ABSL_LOCKS_EXCLUDED(mu_);

  absl::Mutex mu_;
  absl::CondVar changed_;
  std::optional<int> socket_ ABSL_GUARDED_BY(mu_);
  absl::Time deadline_ ABSL_GUARDED_BY(mu_);
  bool expired_ ABSL_GUARDED_BY(mu_) = false;
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_IO_DEADLINE_H_
