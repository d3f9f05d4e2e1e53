// The life of a process: its end, its limits, its one place, and what it tells systemd.
#ifndef AMANA_BASE_PROCESS_H_
#define AMANA_BASE_PROCESS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace amana {

// No core file and no ptrace or /proc/self/mem by others of the same user: memory holds secrets.
// With AMANA_ALLOW_CORE=1 in the environment it does nothing (and says so by returning false): for
// the test that searches a core for canaries. Error: IO_ERROR and the like.
absl::StatusOr<bool> DisableCoreDumps();

// Sends `state` ("READY=1", "STOPPING=1", "WATCHDOG=1") to $NOTIFY_SOCKET, a path or an abstract
// "@name"; without one does nothing. sd_notify(3)'s protocol.
absl::Status SdNotify(std::string_view state);

// SIGTERM and SIGINT as something to wait for, instead of sudden death. Create it in main() before
// any other thread: it blocks both signals for all threads started later and unblocks them when it
// goes. A second signal is left pending and changes nothing. One at a time. Thread-safe.
class ShutdownSignal {
 public:
  static absl::StatusOr<std::unique_ptr<ShutdownSignal>> Create();
  ~ShutdownSignal();
  ShutdownSignal(const ShutdownSignal&) = delete;
  ShutdownSignal& operator=(const ShutdownSignal&) = delete;

  // True as soon as a signal has come or Request() was called; false after `timeout`.
  bool Wait(absl::Duration timeout);
  bool Requested() { return Wait(absl::ZeroDuration()); }
  void Request();  // as if a signal had come

 private:
  ShutdownSignal(int signal_fd, int event_fd) : signal_fd_(signal_fd), event_fd_(event_fd) {}
  const int signal_fd_;
  const int event_fd_;  // readable for ever once requested
};

// A folder held by this process alone, until the lock goes or the process dies.
class DirectoryLock {
 public:
  // Locks the file ".lock" in the folder `path`, which must exist. Errors: ALREADY_RUNNING, and
  // those of files.
  static absl::StatusOr<std::unique_ptr<DirectoryLock>> Acquire(const std::string& path);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  const int fd_;
};
inline absl::StatusOr<std::unique_ptr<DirectoryLock>> LockDirectory(const std::string& path) {
  return DirectoryLock::Acquire(path);
}

// Raises the soft limit of open files to the hard one and returns it.
absl::StatusOr<uint64_t> RaiseFileLimit();
// Files this process has open now.
absl::StatusOr<uint64_t> OpenFiles();

// The most memory this process has had resident, in bytes.
uint64_t PeakRssBytes();
// User and system time of all threads of this process.
absl::Duration CpuTime();

}  // namespace amana

#endif  // AMANA_BASE_PROCESS_H_
