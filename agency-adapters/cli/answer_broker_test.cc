// `amana` against the real broker: a recipient asks, the sender answers, and the answer goes with
// the consent as everything else does.
#include <gmock/gmock.h>

#include "agency-adapters/cli/broker_for_test.h"

namespace amana::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class AnswerBrokerTest : public AmanaBrokerTest {
 protected:
  void SetUp() override {
    AmanaBrokerTest::SetUp();
    Write("medical.json", R"({"medication":"SYNTHETIC insulin"})");
    Write("family.json", R"({"dependants":"SYNTHETIC none"})");
    Write("answer.txt", "SYNTHETIC: twice a day");
  }
  // Item 1 of the inbox, read, and asked about.
  std::string SendAndAsk(const std::string& consent) {
    const std::string referral = AmanaBrokerTest::Send(consent);
    EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);
    EXPECT_EQ(Run("intake", {"inbox", "seen", "1"})["outbox"]["state"], "ACCEPTED");
    EXPECT_EQ(Run("intake", {"inbox", "ask", "1", "--category", "MEDICAL"})["outbox"]["state"],
              "ACCEPTED");
    EXPECT_EQ(Run("intake", {"inbox", "show", "1"})["state"], "ASKED");
    return referral;
  }
  std::string GrantWithMedical() {
    return Run("police", {"consent", "grant", "--service", "ACCOMMODATION", "--category",
                          "IDENTITY,MEDICAL", "--recipient", "haven/intake", "--method", "WRITTEN",
                          "--language", "swa", "--evidence", File("form.pdf")})["consent"];
  }
};

TEST_F(AnswerBrokerTest, FromQuestionToDecision) {
  const std::string referral = SendAndAsk(GrantWithMedical());
  EXPECT_EQ(Run("police", {"referral", "status", referral})["tasks"][0]["state"], "INFO_REQUESTED");
  const Json answered =
      Run("police", {"referral", "answer", referral, "--section", "MEDICAL=" + File("medical.json"),
                     "--words", File("answer.txt")});
  EXPECT_EQ(answered["outbox"]["state"], "ACCEPTED") << answered;
  EXPECT_EQ(answered["to"], "haven/intake");
  EXPECT_EQ(Run("police", {"referral", "status", referral})["tasks"][0]["state"], "SEEN");
  EXPECT_EQ(Run("police", {"referral", "answer", referral, "--words", File("answer.txt")},
                kExitRefused)["error"],
            "NOT_ASKED");

  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);
  const Json shown = Run("intake", {"inbox", "show", "1"});
  EXPECT_EQ(shown["state"], "SEEN") << "it may be decided again";
  EXPECT_THAT(shown["sections"].dump(), Not(HasSubstr("insulin")));
  ASSERT_EQ(shown["updates"].size(), 1u) << shown;
  EXPECT_EQ(shown["updates"][0]["update"], 1);
  EXPECT_EQ(shown["updates"][0]["words"], "SYNTHETIC: twice a day");
  EXPECT_THAT(shown["updates"][0]["sections"].dump(), HasSubstr("SYNTHETIC insulin"));
  EXPECT_EQ(Run("intake", {"inbox", "show", "2"})["words"], "SYNTHETIC: twice a day");
  EXPECT_EQ(Run("intake", {"inbox", "accept", "2"}, kExitRefused)["error"], "STATEMENT_INVALID");
  EXPECT_EQ(Run("intake", {"inbox", "seen", "2"})["outbox"]["state"], "ACCEPTED");
  EXPECT_EQ(Run("intake", {"inbox", "accept", "1"})["outbox"]["state"], "ACCEPTED");
  EXPECT_EQ(Run("police", {"referral", "status", referral})["tasks"][0]["state"], "ACCEPTED");

  const Json events = Run("police", {"audit", "events", "--referral", referral});
  EXPECT_THAT(events.dump(), AllOf(HasSubstr("REFERRAL_UPDATED"), Not(HasSubstr("insulin"))));
}

TEST_F(AnswerBrokerTest, WhatConsentDoesNotCoverIsRefusedAndAWithdrawalTakesTheAnswerBack) {
  const std::string consent = GrantWithMedical();
  const std::string referral = SendAndAsk(consent);
  const Json refused =
      Run("police", {"referral", "answer", referral, "--section", "FAMILY=" + File("family.json")},
          kExitRefused);
  EXPECT_EQ(refused["outbox"]["reason"], "CATEGORY_NOT_COVERED") << refused;
  EXPECT_EQ(Run("police", {"referral", "answer", referral, "--section",
                           "MEDICAL=" + File("medical.json")})["outbox"]["state"],
            "ACCEPTED");
  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);
  EXPECT_EQ(Run("police", {"consent", "withdraw", consent})["outbox"]["state"], "ACCEPTED");
  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once", "--count", "2"})["recalls"], 2);
  const Json items = Run("intake", {"inbox", "show"});
  ASSERT_EQ(items.size(), 2u);
  for (const Json& item : items) EXPECT_EQ(item["state"], "RECALLED") << item;
  Run("intake", {"inbox", "show", "2"}, kExitRefused);
}

}  // namespace
}  // namespace amana::cli
