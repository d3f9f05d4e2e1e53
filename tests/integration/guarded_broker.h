// A broker with a guard, and the programs run beside it: what backups and recoveries are tried
// with.
#ifndef AMANA_TESTS_INTEGRATION_GUARDED_BROKER_H_
#define AMANA_TESTS_INTEGRATION_GUARDED_BROKER_H_

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/endpoint.h"

namespace amana::tests {

using Json = nlohmann::json;

struct Ran {
  int code = -1;
  Json said;           // on stdout
  std::string reason;  // of the error on stderr
};

class GuardedBrokerTest : public testing::Test {
 protected:
  static WorldOptions Guarded(const TempDir& dir) {
    WorldOptions options;
    options.broker_settings =
        absl::StrCat("[guard]\npath = \"", dir.File("guard"), "\"\n[store]\nkey_copies_folder = \"",
                     dir.File("key-copies"), "\"\n");
    return options;
  }
  Ran RunProgram(std::vector<std::string> command) {
    const std::string errors = dir_.File(absl::StrCat("stderr", ++runs_));
    ChildOptions options;
    options.command = std::move(command);
    options.stderr_file = errors;
    const auto child = ChildProcess::Start(options);
    AMANA_EXPECT_OK(child.status());
    Ran ran;
    const auto line = (*child)->ReadLine(absl::Seconds(60));
    if (line.ok()) ran.said = Json::parse(*line, nullptr, false);
    const std::optional<int> status = (*child)->Wait(absl::Seconds(60));
    if (status && WIFEXITED(*status)) ran.code = WEXITSTATUS(*status);
    const std::string error = RealFileSystem().Read(errors).value_or("");
    const Json json = Json::parse(error.substr(0, error.find('\n')), nullptr, false);
    if (json.is_object()) ran.reason = json.value("error", "");
    return ran;
  }
  Ran Broker(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {ProgramPath("amana-broker"), "--json", "--config",
                                        world_.broker_config()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunProgram(std::move(command));
  }
  Ran Amana(const std::string& endpoint, const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {ProgramPath("amana"), "--json", "--config",
                                        world_.agency_config(endpoint)};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunProgram(std::move(command));
  }

  void Send(int consents) {
    const auto endpoint = Endpoint::Open(world_.agency_config("police")).value();
    for (int i = 0; i < consents; ++i) {
      const auto queued = endpoint->sender().QueueConsent(SampleConsent(absl::Now()));
      AMANA_ASSERT_OK(queued);
      AMANA_ASSERT_OK(endpoint->sender().Send(queued->entry));
      entries_.push_back(queued->entry);
    }
  }
  void Configure(const std::string& from, const std::string& to) {
    const std::string text = world_.Read("broker/broker.toml");
    const std::string changed = absl::StrReplaceAll(text, {{from, to}});
    ASSERT_NE(text, changed) << from;
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(world_.broker_config(), changed, kPublicFile));
  }
  bool HasKeyCopy() const {
    return std::filesystem::exists(dir_.File("key-copies")) &&
           !std::filesystem::is_empty(dir_.File("key-copies"));
  }
  TempDir dir_;
  BrokerWorld world_{Guarded(dir_)};
  BrokerProcess broker_{world_};
  std::vector<int64_t> entries_;
  int runs_ = 0;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_INTEGRATION_GUARDED_BROKER_H_
