// `amana` as people run it, against a real broker of the test's own.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BROKER_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BROKER_FOR_TEST_H_

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "agency-adapters/cli/app.h"
#include "agency-adapters/cli/exit_code.h"
#include "agency-adapters/sdk/grpc_transport.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"

namespace amana::cli {

class AmanaBrokerTest : public testing::Test {
 protected:
  void SetUp() override {
    AMANA_ASSERT_OK(broker_.Start());
    Write("form.pdf", "SYNTHETIC FORM");
    Write("case.json", R"({"IDENTITY_MIN":{"alias":"TESTCASE-ALPHA"},
                           "DEMOGRAPHIC":{"gender":"Feminine"},
                           "RISK":{"risk_level":"NOT_ASSESSED"},
                           "IDENTITY":{"full_names":"TESTCASE-ALPHA SYNTHETIC"}})");
  }

  std::string File(const std::string& name) { return dir_.File(name); }
  void Write(const std::string& name, const std::string& content) {
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(File(name), content, kPrivateFile));
  }

  nlohmann::json Run(const std::string& endpoint, std::vector<std::string> arguments,
                     int code = kExitDone) {
    arguments.insert(arguments.begin(), {"--json", "--config", world_.agency_config(endpoint)});
    std::ostringstream out, err;
    World world{.clock = clock_,
                .out = out,
                .err = err,
                .connect = [](const sdk::Identity& identity, const Clock& clock) {
                  return sdk::ConnectClient(identity, clock);
                }};
    EXPECT_EQ(RunAmana(arguments, std::move(world)), code)
        << testing::PrintToString(arguments) << out.str() << err.str() << broker_.LogEnd();
    return LastLine(out.str().empty() ? err.str() : out.str());
  }

  // A watching command prints its items first.
  static nlohmann::json LastLine(std::string text) {
    if (!text.empty()) text.pop_back();
    return nlohmann::json::parse(text.substr(text.rfind('\n') + 1), nullptr, false);
  }

  std::string Grant() {
    return Run("police", {"consent", "grant", "--service", "ACCOMMODATION", "--category",
                          "IDENTITY", "--recipient", "haven/intake", "--method", "WRITTEN",
                          "--language", "swa", "--evidence", File("form.pdf")})["consent"];
  }
  std::string Send(const std::string& consent) {
    return Run("police", {"referral", "new", "--service", "ACCOMMODATION", "--to", "haven/intake",
                          "--subject-class", "ADULT", "--consent", consent, "--sections",
                          File("case.json"), "--test", "--send"})["referral"];
  }

  TempDir dir_;
  const SystemClock clock_{ClockSync::kTrusted};
  tests::BrokerWorld world_;
  tests::BrokerProcess broker_{world_};
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BROKER_FOR_TEST_H_
