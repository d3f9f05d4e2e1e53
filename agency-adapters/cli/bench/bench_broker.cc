#include "agency-adapters/cli/bench/bench_broker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>
#include <utility>

#include "agency-adapters/cli/bench/bench_errors.h"
#include "agency-adapters/cli/bench/bench_stopwatch.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr double kStartSeconds = 10;
constexpr double kStopSeconds = 8;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { Close(); }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }
  void Close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

// After fork: system calls only.
[[noreturn]] void BecomeBroker(const char* const* arguments, int out, int err, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent && ::dup2(out, STDOUT_FILENO) >= 0 && ::dup2(err, STDERR_FILENO) >= 0) {
    ::execv(arguments[0], const_cast<char* const*>(arguments));
  }
  ::_exit(127);
}

std::string LastLine(const std::string& path) {
  std::string text = RealFileSystem().Read(path).value_or("");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// The first line it writes; empty when it ends or says nothing in time.
std::string FirstLine(int fd) {
  const SteadyTime end = After(SteadyNow(), kStartSeconds);
  std::string text;
  while (text.find('\n') == std::string::npos) {
    const double left = SecondsBetween(SteadyNow(), end);
    pollfd readable{fd, POLLIN, 0};
    if (left <= 0 || ::poll(&readable, 1, static_cast<int>(left * 1000) + 1) < 0) return "";
    char buffer[512];
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got <= 0) return "";
    text.append(buffer, static_cast<size_t>(got));
  }
  return text.substr(0, text.find('\n'));
}

int PortIn(const std::string& line) {
  const auto json = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("event", "") != "listening") return 0;
  return json.value("port", 0);
}

}  // namespace

absl::StatusOr<std::string> BrokerProgram() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return BenchSystem("readlink /proc/self/exe", error.value());
  const auto program = self.parent_path() / "amana-broker";
  if (::access(program.c_str(), X_OK) != 0) {
    return BenchBrokerFailed("there is no amana-broker beside this program");
  }
  return program.string();
}

absl::StatusOr<std::unique_ptr<BenchBroker>> BenchBroker::Start(const std::string& program,
                                                                const std::string& config,
                                                                const std::string& log_path) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return BenchSystem("pipe2", errno);
  const Fd out(ends[0]);
  Fd in(ends[1]);
  const Fd err(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (err.get() < 0) return BenchSystem("open", errno);
  const char* const arguments[] = {program.c_str(), "run", "--config", config.c_str(), nullptr};
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return BenchSystem("fork", errno);
  if (pid == 0) BecomeBroker(arguments, in.get(), err.get(), parent);
  std::unique_ptr<BenchBroker> broker(new BenchBroker(pid));
  in.Close();
  broker->port_ = PortIn(FirstLine(out.get()));
  if (broker->port_ != 0) return broker;
  return BenchBrokerFailed("the broker did not start: " + LastLine(log_path));
}

BenchBroker::~BenchBroker() { (void)Stop(); }

absl::Status BenchBroker::Stop() {
  if (std::exchange(stopped_, true)) return absl::OkStatus();
  ::kill(pid_, SIGTERM);
  const SteadyTime end = After(SteadyNow(), kStopSeconds);
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (SteadyNow() >= end) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &status, 0);
      return BenchBrokerFailed("the broker did not stop");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  return BenchBrokerFailed("the broker ended with an error");
}

}  // namespace amana::cli
