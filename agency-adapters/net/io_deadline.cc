#include "agency-adapters/net/io_deadline.h"

#include <sys/socket.h>

namespace amana::net {

IoDeadline::IoDeadline() : thread_([this] { Watch(); }) {}

IoDeadline::~IoDeadline() {
  {
    const absl::MutexLock lock(&mu_);
    ending_ = true;
  }
  changed_.Ring();
  thread_.join();
}

void IoDeadline::Arm(int socket, absl::Duration timeout) {
  {
    const absl::MutexLock lock(&mu_);
    socket_ = socket;
    deadline_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
    expired_ = false;
  }
  changed_.Ring();
}

bool IoDeadline::Disarm() {
  const absl::MutexLock lock(&mu_);
  socket_.reset();
  return expired_;
}

std::optional<absl::Duration> IoDeadline::Look() {
  const absl::MutexLock lock(&mu_);
  if (ending_) return std::nullopt;
  // Disarming does not wake it: it looks again when what was the deadline has come.
  if (!socket_) return absl::InfiniteDuration();
  const auto left = deadline_ - std::chrono::steady_clock::now();
  if (left > left.zero()) return absl::FromChrono(left);
  (void)::shutdown(*socket_, SHUT_RDWR);
  socket_.reset();
  expired_ = true;
  return absl::InfiniteDuration();
}

void IoDeadline::Watch() {
  for (auto pause = Look(); pause.has_value(); pause = Look()) changed_.Wait(*pause);
}

}  // namespace amana::net
