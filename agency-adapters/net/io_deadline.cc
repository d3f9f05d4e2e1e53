#include "agency-adapters/net/io_deadline.h"

#include <sys/socket.h>

#include "absl/time/clock.h"

namespace amana::net {

IoDeadline::IoDeadline() : thread_([this] { Watch(); }) {}

IoDeadline::~IoDeadline() {
  {
    const absl::MutexLock lock(&mu_);
    ending_ = true;
    changed_.Signal();
  }
  thread_.join();
}

void IoDeadline::Arm(int socket, absl::Duration timeout) {
  const absl::MutexLock lock(&mu_);
  socket_ = socket;
  deadline_ = absl::Now() + timeout;
  expired_ = false;
  changed_.Signal();
}

bool IoDeadline::Disarm() {
  const absl::MutexLock lock(&mu_);
  socket_.reset();
  return expired_;
}

void IoDeadline::Watch() {
  const absl::MutexLock lock(&mu_);
  while (!ending_) {
    // Disarming does not wake it: it looks again when what was the deadline has come.
    changed_.WaitWithDeadline(&mu_, socket_ ? deadline_ : absl::InfiniteFuture());
    if (!socket_ || absl::Now() < deadline_) continue;
    (void)::shutdown(*socket_, SHUT_RDWR);
    socket_.reset();
    expired_ = true;
  }
}

}  // namespace amana::net
