#include "tests/support/witness_process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <optional>
#include <utility>

#include "base/testing.h"
#include "tests/support/free_port.h"

namespace amana::tests {

using Json = nlohmann::json;

Ran RunAmana(const std::vector<std::string>& arguments) {
  ChildOptions options;
  options.command = {ProgramPath("amana"), "--json"};
  options.command.insert(options.command.end(), arguments.begin(), arguments.end());
  const auto child = ChildProcess::Start(options);
  AMANA_EXPECT_OK(child.status());
  if (!child.ok()) return {};
  std::string last;
  while (true) {
    const absl::StatusOr<std::string> line = (*child)->ReadLine(absl::Seconds(60));
    if (!line.ok()) break;
    last = *line;
  }
  const std::optional<int> status = (*child)->Wait(absl::Seconds(60));
  return {status && WIFEXITED(*status) ? WEXITSTATUS(*status) : -1,
          Json::parse(last, nullptr, false)};
}

WitnessProcess::WitnessProcess(std::string folder, std::string name)
    : folder_(std::move(folder)), name_(std::move(name)), port_(FreePort()) {
  const Ran made = RunAmana({"witness", "keys", "--name", name_, "--dir", folder_ + "/keys"});
  EXPECT_EQ(made.code, 0);
  vkey_ = made.said.value("vkey", "");
}

void WitnessProcess::Start(const std::string& log_vkey) {
  ChildOptions options;
  options.command = {ProgramPath("amana"),
                     "--json",
                     "witness",
                     "run",
                     "--name",
                     name_,
                     "--key",
                     folder_ + "/keys/witness.key",
                     "--dir",
                     folder_ + "/book",
                     "--log",
                     log_vkey,
                     "--listen",
                     "127.0.0.1:" + std::to_string(port_)};
  auto child = ChildProcess::Start(options);
  AMANA_ASSERT_OK(child.status());
  child_ = *std::move(child);
  const auto line = child_->ReadLine(absl::Seconds(30));
  AMANA_ASSERT_OK(line);
  EXPECT_EQ(Json::parse(*line)["vkey"], vkey_);
}

void WitnessProcess::Stop() {
  child_->Signal(SIGTERM);
  EXPECT_EQ(child_->Wait(absl::Seconds(20)), 0);
  child_.reset();
}

std::string WitnessProcess::settings() const {
  return "[[witness]]\nvkey = \"" + vkey_ +
         "\"\nurl = \"http://127.0.0.1:" + std::to_string(port_) + "\"\n";
}

}  // namespace amana::tests
