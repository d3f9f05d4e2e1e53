#include "base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace amana {
namespace {

// NAME=VALUE of this process, with those of `added` in place of theirs.
std::vector<std::string> EnvironmentWith(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto replaced = [text](const auto& pair) {
      return text.substr(0, text.find('=')) == pair.first;
    };
    if (std::none_of(added.begin(), added.end(), replaced)) environment.emplace_back(text);
  }
  for (const auto& [name, value] : added) environment.push_back(absl::StrCat(name, "=", value));
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// In the child, where only async-signal-safe calls are allowed.
[[noreturn]] void Become(char* const* command, char* const* environment, int stdout_fd,
                         int stderr_fd, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(126);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(stdout_fd, STDOUT_FILENO);
  if (stderr_fd >= 0) dup2(stderr_fd, STDERR_FILENO);
  execve(command[0], command, environment);
  _exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(const ChildOptions& options) {
  std::vector<std::string> command = options.command;
  std::vector<std::string> environment = EnvironmentWith(options.environment);
  const std::vector<char*> command_pointers = Pointers(command);
  const std::vector<char*> environment_pointers = Pointers(environment);
  int pipe_fds[2];
  if (pipe2(pipe_fds, O_CLOEXEC) != 0) return absl::InternalError(std::strerror(errno));
  int stderr_fd = -1;
  if (!options.stderr_file.empty()) {
    stderr_fd = open(options.stderr_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    Become(command_pointers.data(), environment_pointers.data(), pipe_fds[1], stderr_fd, parent);
  }
  const int error = errno;
  close(pipe_fds[1]);
  if (stderr_fd >= 0) close(stderr_fd);
  if (pid < 0) {
    close(pipe_fds[0]);
    return absl::InternalError(std::strerror(error));
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, pipe_fds[0]));
}

ChildProcess::~ChildProcess() {
  Kill();
  close(stdout_fd_);
}

absl::StatusOr<std::string> ChildProcess::ReadLine(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    if (const size_t end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    const absl::Duration left = std::max(deadline - absl::Now(), absl::ZeroDuration());
    pollfd waiting{stdout_fd_, POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return absl::DeadlineExceededError("no line in time");
    char buffer[4096];
    const ssize_t got = read(stdout_fd_, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::UnavailableError("the process has ended");
    unread_.append(buffer, static_cast<size_t>(got));
  }
}

absl::StatusOr<std::string> ChildProcess::ReadAll(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  std::string text;
  while (true) {
    const absl::StatusOr<std::string> line = ReadLine(deadline - absl::Now());
    if (line.ok()) {
      text += *line + "\n";
    } else if (absl::IsUnavailable(line.status())) {
      return text + std::exchange(unread_, "");
    } else {
      return line.status();
    }
  }
}

void ChildProcess::Signal(int signal) {
  if (!status_.has_value()) kill(pid_, signal);  // not reaped, so the pid is still its own
}

std::optional<int> ChildProcess::Wait(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!status_.has_value()) {
    int status = 0;
    const pid_t ended = waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) {
      status_ = status;
    } else if (absl::Now() >= deadline) {
      return std::nullopt;
    } else {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  return status_;
}

void ChildProcess::Kill() {
  Signal(SIGKILL);
  while (!Wait(absl::Seconds(60)).has_value()) {
  }
}

}  // namespace amana
