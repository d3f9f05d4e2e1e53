// The commands over a SYNTHETIC agency's folder: without a link, and with a broker that answers as
// the test says.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_COMMANDS_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_CLI_COMMANDS_FOR_TEST_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agency-adapters/cli/amana_for_test.h"
#include "agency-adapters/cli/exit_code.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "tests/support/broker_world.h"

namespace amana::cli {

class CommandsTest : public testing::Test {
 protected:
  CommandsTest() : clock_(absl::FromCivil(absl::CivilDay(2031, 2, 2), absl::UTCTimeZone())) {
    world_.SetBrokerPort(1);
    Write("form.pdf", "SYNTHETIC FORM");
    Write("case.json",
          R"({"IDENTITY_MIN":{"alias":"SECRET-ALPHA"},"DEMOGRAPHIC":{"gender":"SECRET"},
              "RISK":{"risk_level":"SECRET"},"IDENTITY":{"full_names":"SECRET"}})");
    Write("risk.json", R"({"risk_level":"NOT_ASSESSED"})");
    Write("shelter.pem", tests::TestSealer("haven", "intake").certificate.pem());
  }

  std::string File(const std::string& name) { return dir_.File(name); }
  void Write(const std::string& name, const std::string& content) {
    AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(File(name), content, kPrivateFile));
  }

  Ran Run(std::vector<std::string> arguments, const std::string& endpoint = "police") {
    arguments.insert(arguments.begin(), {"--config", world_.agency_config(endpoint)});
    Ran ran = RunWith(arguments, clock_, answers_);
    EXPECT_THAT(ran.out + ran.err, testing::Not(testing::HasSubstr("SECRET")))
        << "content on the terminal";
    return ran;
  }
  nlohmann::json Json(std::vector<std::string> arguments, int code = kExitDone) {
    arguments.emplace_back("--json");
    const Ran ran = Run(std::move(arguments));
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    return ran.json();
  }

  nlohmann::json Grant() {
    return Json({"consent", "grant", "--service", "ACCOMMODATION", "--category", "IDENTITY",
                 "--recipient", "haven/intake", "--method", "WRITTEN", "--language", "swa",
                 "--evidence", File("form.pdf"), "--hold"});
  }
  std::vector<std::string> NewReferral(const std::string& consent) {
    return {"referral",         "new",       "--service",  "ACCOMMODATION",   "--to",
            "haven/intake",     "--urgency", "URGENT",     "--subject-class", "ADULT",
            "--consent",        consent,     "--sections", File("case.json"), "--certificate",
            File("shelter.pem")};
  }

  tests::BrokerWorld world_;
  TempDir dir_;
  FakeClock clock_;
  Answers answers_;
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_COMMANDS_FOR_TEST_H_
