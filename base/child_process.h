// A program run by another: started, watched with deadlines, and always gone when its object goes
// or the process that started it dies.
#ifndef AMANA_BASE_CHILD_PROCESS_H_
#define AMANA_BASE_CHILD_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace amana {

struct ChildOptions {
  std::vector<std::string> command;  // path of the program, then its arguments
  // Added to the environment of this process.
  std::vector<std::pair<std::string, std::string>> environment;
  std::string stderr_file;  // appended to; empty: this process's own
};

// For one thread. Start it from a thread that outlives it: the kernel kills the child when that
// thread ends.
class ChildProcess {
 public:
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(const ChildOptions& options);
  ~ChildProcess();  // Kill
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // One line of its stdout without the newline; kDeadlineExceeded, or kUnavailable when it ended.
  absl::StatusOr<std::string> ReadLine(absl::Duration timeout);
  // What is left of its stdout, up to its end. kDeadlineExceeded.
  absl::StatusOr<std::string> ReadAll(absl::Duration timeout);
  void Signal(int signal);
  // As of waitpid(2); none when it still runs after `timeout`. Once it has ended the answer stays.
  std::optional<int> Wait(absl::Duration timeout);
  bool Running() { return !Wait(absl::ZeroDuration()).has_value(); }
  void Kill();  // SIGKILL, and waits for the end

 private:
  ChildProcess(pid_t pid, int stdout_fd) : pid_(pid), stdout_fd_(stdout_fd) {}

  const pid_t pid_;
  const int stdout_fd_;
  std::string unread_;
  std::optional<int> status_;
};

// Polls until `condition` is true; false when it was not within `timeout`.
template <class Condition>
bool WaitUntil(absl::Duration timeout, Condition condition) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return true;
}

}  // namespace amana

#endif  // AMANA_BASE_CHILD_PROCESS_H_
