// The real program amana-broker over a test's world. It starts on a free port and keeps it over
// restarts, so that clients find it again. For one thread, which must outlive it.
#ifndef AMANA_TESTS_SUPPORT_BROKER_PROCESS_H_
#define AMANA_TESTS_SUPPORT_BROKER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"

namespace amana::tests {

class BrokerProcess {
 public:
  // `world` must outlive it.
  explicit BrokerProcess(BrokerWorld& world) : world_(world) {}

  // Further arguments and environment of every start from now on.
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  // False: the broker is left with an empty directory.
  bool set_directory = true;

  absl::Status Start();  // Spawn and WaitListening; kills the one that runs
  absl::Status Spawn();
  // Until the broker has said that it listens. The end of its log is in the error.
  absl::Status WaitListening(absl::Duration timeout = absl::Seconds(20));

  void Kill();                                                    // SIGKILL, reaped
  absl::Status Stop(absl::Duration timeout = absl::Seconds(20));  // SIGTERM; OK: exit code 0
  void Signal(int signal);
  bool Running() { return child_ != nullptr && child_->Running(); }

  int port() const { return port_; }
  int metrics_port() const { return metrics_port_; }
  const std::string& log_http() const { return log_http_; }  // where it serves the log's files
  pid_t pid() const { return child_ == nullptr ? -1 : child_->pid(); }
  std::string LogEnd() const;

 private:
  BrokerWorld& world_;
  std::unique_ptr<ChildProcess> child_;
  int port_ = 0;
  int metrics_port_ = 0;
  std::string log_http_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_BROKER_PROCESS_H_
