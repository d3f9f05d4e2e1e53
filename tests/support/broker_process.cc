#include "tests/support/broker_process.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::tests {

absl::Status BrokerProcess::Start() {
  AMANA_RETURN_IF_ERROR(Spawn());
  return WaitListening();
}

absl::Status BrokerProcess::Spawn() {
  child_.reset();
  ChildOptions options;
  options.command = {ProgramPath("amana-broker"), "--config", world_.broker_config(), "--listen",
                     absl::StrCat("127.0.0.1:", port_)};
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  options.environment = environment;
  options.stderr_file = world_.broker_log();
  AMANA_ASSIGN_OR_RETURN(child_, ChildProcess::Start(options));
  return absl::OkStatus();
}

absl::Status BrokerProcess::WaitListening(absl::Duration timeout) {
  const absl::StatusOr<std::string> line = child_->ReadLine(timeout);
  if (!line.ok()) {
    return absl::UnavailableError(absl::StrCat(
        "the broker does not listen: ", line.status().ToString(), "; its log ends:\n", LogEnd()));
  }
  const auto json = nlohmann::json::parse(*line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("event", "") != "listening") {
    return absl::InternalError("unexpected line: " + *line);
  }
  const int port = json.value("port", 0);
  metrics_port_ = json.value("metrics_port", 0);
  log_http_ = json.value("log_http", "");
  if (port_ != port) {
    port_ = port;
    world_.SetBrokerPort(port);
  }
  return set_directory ? world_.SetDirectory() : absl::OkStatus();
}

void BrokerProcess::Kill() {
  if (child_ != nullptr) child_->Kill();
}

void BrokerProcess::Signal(int signal) {
  if (child_ != nullptr) child_->Signal(signal);
}

absl::Status BrokerProcess::Stop(absl::Duration timeout) {
  if (child_ == nullptr) return absl::FailedPreconditionError("not started");
  child_->Signal(SIGTERM);
  const std::optional<int> status = child_->Wait(timeout);
  if (!status.has_value()) return absl::DeadlineExceededError("still running");
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("wait status ", *status, "; its log ends:\n", LogEnd()));
}

std::string BrokerProcess::LogEnd() const {
  constexpr size_t kEnough = 2000;
  const std::string log = RealFileSystem().Read(world_.broker_log()).value_or("");
  return log.substr(log.size() - std::min(log.size(), kEnough));
}

}  // namespace amana::tests
