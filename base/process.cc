#include "base/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/status.h"

namespace amana {
namespace {

sigset_t EndSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

absl::StatusOr<bool> DisableCoreDumps() {
  const char* allow = getenv("AMANA_ALLOW_CORE");
  if (allow != nullptr && std::string_view(allow) == "1") return false;
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return ErrnoError(errno, "RLIMIT_CORE");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return ErrnoError(errno, "PR_SET_DUMPABLE");
  return true;
}

absl::Status SdNotify(std::string_view state) {
  const char* name = getenv("NOTIFY_SOCKET");
  if (name == nullptr || *name == '\0') return absl::OkStatus();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const size_t length = std::strlen(name);
  if ((name[0] != '/' && name[0] != '@') || length >= sizeof(address.sun_path)) {
    return IoError("NOTIFY_SOCKET", "neither a path nor an abstract socket");
  }
  std::memcpy(address.sun_path, name, length);
  if (name[0] == '@') address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return ErrnoError(errno, "NOTIFY_SOCKET");
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  const ssize_t sent = sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address), size);
  const int error = errno;
  close(fd);
  return sent < 0 ? ErrnoError(error, "NOTIFY_SOCKET") : absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ShutdownSignal>> ShutdownSignal::Create() {
  const sigset_t set = EndSignals();
  const int event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event_fd < 0) return ErrnoError(errno, "eventfd");
  const int signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signal_fd < 0) {
    const int error = errno;
    close(event_fd);
    return ErrnoError(error, "signalfd");
  }
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return std::unique_ptr<ShutdownSignal>(new ShutdownSignal(signal_fd, event_fd));
}

ShutdownSignal::~ShutdownSignal() {
  // What came too late must not kill a process that is ending in order.
  signalfd_siginfo info;
  while (read(signal_fd_, &info, sizeof(info)) > 0) {
  }
  close(signal_fd_);
  close(event_fd_);
  const sigset_t set = EndSignals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

bool ShutdownSignal::Wait(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    const int64_t left =
        timeout == absl::InfiniteDuration()
            ? -1
            : std::clamp<int64_t>(absl::ToInt64Milliseconds(
                                      absl::Ceil(deadline - absl::Now(), absl::Milliseconds(1))),
                                  0, INT_MAX);
    pollfd fds[] = {{event_fd_, POLLIN, 0}, {signal_fd_, POLLIN, 0}};
    const int ready = poll(fds, 2, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    return true;  // neither is ever read, so both stay readable for every waiter
  }
}

void ShutdownSignal::Request() {
  const uint64_t one = 1;
  const ssize_t written = write(event_fd_, &one, sizeof(one));
  (void)written;  // fails only when the counter is at its top: readable all the same
}

absl::StatusOr<std::unique_ptr<DirectoryLock>> DirectoryLock::Acquire(const std::string& path) {
  const std::string name = path + "/.lock";
  const int fd = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return ErrnoError(errno, name);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
    return std::unique_ptr<DirectoryLock>(new DirectoryLock(fd));
  }
  const int error = errno;
  close(fd);
  return error == EWOULDBLOCK ? AlreadyRunningError(path) : ErrnoError(error, name);
}

// The file stays: to remove it would let two processes lock two files of one name.
DirectoryLock::~DirectoryLock() { close(fd_); }

absl::StatusOr<uint64_t> RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return ErrnoError(errno, "RLIMIT_NOFILE");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return ErrnoError(errno, "RLIMIT_NOFILE");
  return limit.rlim_cur;
}

absl::StatusOr<uint64_t> OpenFiles() {
  DIR* dir = opendir("/proc/self/fd");
  if (dir == nullptr) return ErrnoError(errno, "/proc/self/fd");
  uint64_t count = 0;
  while (const dirent* entry = readdir(dir)) count += entry->d_name[0] != '.';
  closedir(dir);
  return count - 1;  // without the listing's own
}

uint64_t PeakRssBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

absl::Duration CpuTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

}  // namespace amana
