// `amana` against the real broker: one referral from consent to acceptance and proof, as people and
// scripts would do it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "agency-adapters/cli/app.h"
#include "agency-adapters/cli/exit_code.h"
#include "agency-adapters/sdk/grpc_transport.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"

namespace amana::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

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

  Json Run(const std::string& endpoint, std::vector<std::string> arguments, int code = kExitDone) {
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
  static Json LastLine(std::string text) {
    if (!text.empty()) text.pop_back();
    return Json::parse(text.substr(text.rfind('\n') + 1), nullptr, false);
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

TEST_F(AmanaBrokerTest, FromConsentToAcceptanceAndProof) {
  const std::string consent = Grant();
  EXPECT_EQ(Run("police", {"consent", "show", consent})["state"], "REGISTERED");
  const std::string referral = Send(consent);

  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);
  const Json offered = Run("intake", {"inbox", "show", "1"});
  EXPECT_EQ(offered["stage"], "AT_OFFER");
  EXPECT_EQ(offered["sections"].size(), 3u);
  EXPECT_THAT(offered.dump(), Not(HasSubstr("full_names")));
  // Nothing is signed that the broker would refuse.
  EXPECT_EQ(Run("intake", {"inbox", "accept", "1"}, kExitRefused)["error"], "NOT_SEEN");
  EXPECT_EQ(Run("intake", {"inbox", "show"})[0]["state"], "RECEIVED");
  EXPECT_EQ(Run("intake", {"inbox", "seen", "1"})["outbox"]["state"], "ACCEPTED");
  EXPECT_EQ(Run("intake", {"inbox", "accept", "1"})["outbox"]["state"], "ACCEPTED");

  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);
  const Json released = Run("intake", {"inbox", "show", "2"});
  EXPECT_EQ(released["stage"], "AT_ACCEPT");
  EXPECT_THAT(released.dump(), HasSubstr("full_names"));

  const Json status = Run("police", {"referral", "status", referral});
  EXPECT_EQ(status["tasks"][0]["state"], "ACCEPTED");
  EXPECT_EQ(Run("police", {"referral", "list"}).size(), 1u);

  const Json events = Run("police", {"audit", "events", "--referral", referral});
  ASSERT_GE(events.size(), 3u);
  const std::string index = events[0]["index"].dump();
  EXPECT_EQ(Run("police", {"audit", "prove", index, "--out", File("receipt")})["event"]["kind"],
            events[0]["kind"]);
  const Json verified = Run(
      "auditor", {"audit", "verify", "--download", File("mirror"), "--receipt", File("receipt")});
  EXPECT_EQ(verified["verdict"], "VERIFIED");
  EXPECT_EQ(verified["receipts"], 1);
}

TEST_F(AmanaBrokerTest, AWithdrawalAndACancellation) {
  const std::string consent = Grant();
  const std::string referral = Send(consent);
  EXPECT_EQ(Run("police", {"referral", "cancel", referral, "--reason",
                           "NO_LONGER_NEEDED"})["outbox"]["state"],
            "ACCEPTED");
  EXPECT_EQ(Run("police", {"referral", "status", referral})["tasks"][0]["state"], "CANCELLED");
  EXPECT_EQ(Run("police", {"consent", "withdraw", consent})["outbox"]["state"], "ACCEPTED");
  EXPECT_EQ(Run("police", {"consent", "show", consent})["state"], "WITHDRAWN");
}

TEST_F(AmanaBrokerTest, AnAlteredMirrorIsTampered) {
  Send(Grant());
  ASSERT_EQ(Run("auditor", {"audit", "verify", "--download", File("mirror")})["verdict"],
            "VERIFIED");
  std::string bundle;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(File("mirror/tile/entries"))) {
    if (entry.is_regular_file()) bundle = entry.path();
  }
  ASSERT_FALSE(bundle.empty());
  std::string bytes = *RealFileSystem().Read(bundle);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(bundle, bytes, kPublicFile));
  EXPECT_EQ(Run("auditor", {"audit", "verify", File("mirror")}, kExitUnverified)["verdict"],
            "TAMPERED");
}

TEST_F(AmanaBrokerTest, ABrokerThatIsAwayIsThreeAndLosesNothing) {
  const std::string consent = Grant();
  AMANA_ASSERT_OK(broker_.Stop());
  const std::pair<const char*, std::vector<std::string>> commands[] = {
      {"police", {"referral", "list"}}, {"intake", {"inbox", "watch", "--once"}}};
  for (const auto& [endpoint, command] : commands) {
    const Json error = Run(endpoint, command, kExitUnreachable);
    EXPECT_EQ(error["error"], "BROKER_UNREACHABLE") << error;
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("127.0.0.1:"));
  }
  AMANA_ASSERT_OK(broker_.Start());
  Send(consent);
}

}  // namespace
}  // namespace amana::cli
