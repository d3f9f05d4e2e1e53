// A person changes hands, with both sides at their command lines and a real broker between them.
#include <gmock/gmock.h>

#include "agency-adapters/cli/broker_for_test.h"
#include "agency-adapters/sdk/sender.h"

namespace amana::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HandoverBrokerTest : public AmanaBrokerTest {
 protected:
  void SetUp() override {
    AmanaBrokerTest::SetUp();
    Write("place.json", R"({"place":"SYNTHETIC gate","officer":"SYNTHETIC officer"})");
    Write("escort.json", R"({"escort":"SYNTHETIC escort"})");
    Write("gate.json", R"({"place":"SYNTHETIC other gate"})");
    referral_ = Send(Grant());
    Run("intake", {"inbox", "watch", "--once"});
    Run("intake", {"inbox", "seen", "1"});
    Run("intake", {"inbox", "accept", "1"});
    KnowDesk();
  }

  // What intake seals to when it answers.
  void KnowDesk() {
    const auto identity = sdk::Identity::Load(world_.agency_config("intake"));
    AMANA_ASSERT_OK(identity.status());
    const auto client = sdk::ConnectClient(*identity, clock_);
    const auto mailbox = sdk::Mailbox::Open(identity->data());
    AMANA_ASSERT_OK(mailbox.status());
    sdk::Sender sender(*identity, **client, **mailbox, clock_);
    AMANA_ASSERT_OK(sender.AddCandidate({{*AgencyId::Create("police"), *UnitId::Create("desk")},
                                         v1::AGENCY_KIND_POLICE,
                                         47,
                                         false,
                                         tests::TestSealer("police", "desk").certificate}));
  }

  nlohmann::json Hand(const std::string& endpoint, const std::string& command,
                      std::vector<std::string> more = {}, int code = kExitDone) {
    std::vector<std::string> arguments = {"handover", command, referral_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(endpoint, arguments, code);
  }
  nlohmann::json Custody(const std::string& endpoint) {
    return Run(endpoint, {"custody", "show", referral_});
  }
  // As far as ARRIVED.
  void BringThere() {
    Hand("police", "offer", {"--from", "1h", "--until", "3h"});
    Hand("intake", "agree", {"--words", File("place.json")});
    code_ = Hand("police", "start", {"--words", File("escort.json")})["code"];
    Hand("intake", "arrive", {"--code", code_});
  }

  std::string referral_;
  std::string code_;
};

TEST_F(HandoverBrokerTest, FromOfferToBothSignatures) {
  EXPECT_EQ(Custody("police")["responsible"], "police/desk");
  EXPECT_EQ(Hand("police", "offer", {"--from", "1h", "--until", "3h"})["outbox"]["state"],
            "ACCEPTED");
  EXPECT_EQ(Run("intake", {"handover", "list", "--open"})[0]["state"], "OFFERED");
  Hand("intake", "agree", {"--words", File("place.json")});

  const nlohmann::json agreed = Hand("police", "show", {"--words"});
  EXPECT_EQ(agreed["steps"][1]["words"]["place"], "SYNTHETIC gate");
  EXPECT_EQ(agreed["steps"][1]["person"], "worker-1");
  EXPECT_THAT(agreed["next"].get<std::string>(), HasSubstr("police/desk sends the person"));

  const nlohmann::json started = Hand("police", "start", {"--words", File("escort.json")});
  const std::string code = started["code"];
  EXPECT_EQ(code.size(), 12u);
  EXPECT_EQ(Hand("police", "show", {"--code"})["code"], code);
  EXPECT_EQ(Hand("intake", "show", {"--words"})["steps"][2]["words"]["escort"], "SYNTHETIC escort");
  EXPECT_EQ(Hand("intake", "arrive", {"--code", "000000000000"}, kExitRefused)["field"], "code");
  EXPECT_EQ(Hand("intake", "arrive", {"--code", code})["state"], "ARRIVED");
  EXPECT_EQ(Custody("police")["responsible"], "police/desk");
  EXPECT_EQ(Custody("police")["with"], "haven");

  EXPECT_EQ(Hand("intake", "sign")["signed_by"], "haven/intake");
  EXPECT_EQ(Custody("intake")["responsible"], "police/desk");
  EXPECT_EQ(Hand("police", "sign")["state"], "CUSTODY_TRANSFERRED");
  EXPECT_EQ(Custody("police")["responsible"], "haven/intake");
  EXPECT_EQ(Run("police", {"referral", "status", referral_})["tasks"][0]["state"], "IN_PROGRESS");
  EXPECT_EQ(Run("intake", {"handover", "list", "--open"}).size(), 0u);

  // The transfer began the service: no start, and the outcome at once.
  EXPECT_EQ(Run("intake", {"inbox", "start", "1"}, kExitRefused)["field"], "item");
  EXPECT_EQ(Run("intake", {"inbox", "complete", "1", "--outcome", "PROVIDED"})["outbox"]["state"],
            "ACCEPTED");
  EXPECT_EQ(Run("police", {"referral", "status", referral_})["tasks"][0]["state"], "COMPLETED");
}

TEST_F(HandoverBrokerTest, AfterwardsItIsCorrectedAndEndedButNeverReopened) {
  BringThere();
  Hand("police", "sign");
  Hand("intake", "sign");
  EXPECT_EQ(Hand("intake", "return", {"--reason", "NO_CAPACITY"}, kExitRefused)["outbox"]["reason"],
            "TRANSITION_NOT_ALLOWED");
  Hand("intake", "correct",
       {"--corrected", "PLACE", "--reason", "SENT_IN_ERROR", "--words", File("gate.json")});
  EXPECT_EQ(Hand("police", "show", {"--words"})["steps"][6]["words"]["place"],
            "SYNTHETIC other gate");
  EXPECT_EQ(Hand("police", "correct")["state"], "CORRECTED");

  Run("intake", {"custody", "report", referral_, "--none", "LEFT", "--exit", "PERSON_LEFT"});
  const nlohmann::json custody = Custody("intake");
  EXPECT_EQ(custody["none"], "LEFT");
  EXPECT_EQ(custody["exit"], "PERSON_LEFT");
  EXPECT_EQ(custody["responsible"], "haven/intake");
  EXPECT_EQ(Run("auditor", {"audit", "verify", "--download", File("mirror")})["verdict"],
            "VERIFIED");
}

TEST_F(HandoverBrokerTest, ASecondAttemptAfterADecline) {
  Hand("police", "offer", {"--from", "1h", "--until", "3h"});
  EXPECT_EQ(Hand("intake", "no-show", {}, kExitRefused)["outbox"]["reason"],
            "TRANSITION_NOT_ALLOWED");
  Hand("intake", "decline", {"--reason", "NO_CAPACITY"});
  EXPECT_EQ(Custody("police")["responsible"], "police/desk");
  EXPECT_EQ(Hand("police", "offer", {"--from", "1h", "--until", "3h"})["attempt"], 2);
  EXPECT_EQ(Hand("intake", "show", {"--attempt", "1"})["state"], "DECLINED");
  EXPECT_EQ(Hand("police", "withdraw", {"--reason", "PERSON_WITHDREW"})["state"], "WITHDRAWN");
  EXPECT_EQ(Run("police", {"handover", "list"}).size(), 2u);
}

// A held step waits in the outbox with its code, and goes with everything else.
TEST_F(HandoverBrokerTest, StepsAreHeldAndSentLater) {
  Hand("police", "offer", {"--from", "1h", "--until", "3h"});
  Hand("intake", "agree", {"--words", File("place.json")});
  const nlohmann::json held = Hand("police", "start", {"--words", File("escort.json"), "--hold"});
  EXPECT_EQ(held["outbox"]["state"], "PENDING");
  EXPECT_EQ(Hand("intake", "arrive", {"--code", held["code"]}, kExitRefused)["field"], "code");
  EXPECT_EQ(Run("police", {"referral", "send"})["accepted"], 1);
  EXPECT_EQ(Hand("intake", "arrive", {"--code", held["code"]})["state"], "ARRIVED");
  EXPECT_THAT(Hand("intake", "show").dump(), Not(HasSubstr(held["code"].get<std::string>())));
}

}  // namespace
}  // namespace amana::cli
