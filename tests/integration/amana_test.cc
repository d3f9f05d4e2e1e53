// The program `amana` against the real broker: an import that is sent at once, and a dead letter's
// way back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/durable_file.h"
#include "base/testing.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/endpoint.h"

namespace amana::tests {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class AmanaTest : public testing::Test {
 protected:
  void SetUp() override {
    AMANA_ASSERT_OK(broker_.Start());
    world_.Write("form.pdf", "SYNTHETIC FORM");
    world_.Write("risk.json", R"({"risk_level":"NOT_ASSESSED"})");
  }

  // What it printed last, as JSON; null when it printed nothing.
  Json Run(const std::string& endpoint, const std::vector<std::string>& arguments, int code = 0) {
    ChildOptions options;
    options.command = {ProgramPath("amana"), "--json", "--config", world_.agency_config(endpoint)};
    options.command.insert(options.command.end(), arguments.begin(), arguments.end());
    options.stderr_file = world_.File("amana.err");
    const auto child = ChildProcess::Start(options);
    AMANA_EXPECT_OK(child.status());
    std::string last;
    while (true) {
      const absl::StatusOr<std::string> line = (*child)->ReadLine(absl::Seconds(30));
      if (!line.ok()) break;
      last = *line;
    }
    const std::optional<int> status = (*child)->Wait(absl::Seconds(30));
    EXPECT_TRUE(status.has_value() && WIFEXITED(*status) && WEXITSTATUS(*status) == code)
        << testing::PrintToString(arguments) << "\n"
        << last << "\n"
        << world_.Read("amana.err") << broker_.LogEnd();
    return Json::parse(last, nullptr, false);
  }

  std::vector<std::string> ImportAndSend() {
    return {"import",
            "htcds",
            world_.File("cases.csv"),
            "--service",
            "ACCOMMODATION",
            "--to",
            "haven/intake",
            "--section",
            "RISK=" + world_.File("risk.json"),
            "--register-consent",
            "--consent-method",
            "WRITTEN",
            "--consent-language",
            "swa",
            "--consent-evidence",
            world_.File("form.pdf"),
            "--test",
            "--send"};
  }
  Json Sample(int rows) {
    return Run("police", {"import", "sample", "--rows", std::to_string(rows), "--seed", "7",
                          "--out", world_.File("cases.csv")});
  }

  // haven/intake takes its one delivery and says that it can never be handed over.
  void FailDelivery() {
    const auto haven = Endpoint::Open(world_.agency_config("intake"));
    AMANA_ASSERT_OK(haven.status());
    sdk::ReceiveStream stream((*haven)->client());
    AMANA_ASSERT_OK(stream.Open(*UnitId::Create("intake")));
    AMANA_ASSERT_OK(stream.Credit(1));
    v1::Delivery delivery;
    while (!delivery.has_delivery()) {
      const auto message = stream.Read(absl::Seconds(20));
      AMANA_ASSERT_OK(message.status());
      ASSERT_TRUE(message->has_value());
      delivery = (*message)->delivery();
    }
    v1::DeliveryReport report;
    *report.mutable_delivery() = delivery.delivery();
    report.set_lease_epoch(delivery.lease_epoch());
    report.set_outcome(v1::DELIVERY_OUTCOME_PERMANENT_FAILURE);
    report.set_error(v1::REASON_NATIVE_SCHEMA);
    AMANA_ASSERT_OK(stream.Report(report));
    ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return DeadLetters().size() == 1; }));
  }
  Json DeadLetters() { return Run("operator", {"admin", "dead-letters"}); }

  BrokerWorld world_;
  BrokerProcess broker_{world_};
};

TEST_F(AmanaTest, ASampleIsImportedSentAndReceivedOnce) {
  EXPECT_EQ(Sample(3)["rows"], 3);
  const Json first = Run("police", ImportAndSend());
  EXPECT_EQ(first["queued"], 3);
  EXPECT_EQ(first["sent"]["accepted"], 6) << "a consent and a referral each";
  EXPECT_EQ(first["sent"]["refused"], 0);
  EXPECT_EQ(first["sent"]["waiting"], 0);
  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 3);

  // Another file of the same cases, and one more.
  Sample(4);
  const Json second = Run("police", ImportAndSend());
  EXPECT_EQ(second["queued"], 1);
  EXPECT_EQ(second["known"], 3);
  EXPECT_EQ(second["sent"]["accepted"], 2);
  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);
}

TEST_F(AmanaTest, WhatIsImportedWhileTheBrokerIsAwayGoesOutWithTheNextSend) {
  Sample(2);
  Run("police", ImportAndSend());  // the recipient's certificate is known from now on
  AMANA_ASSERT_OK(broker_.Stop());
  Sample(4);
  const Json away = Run("police", ImportAndSend(), 3);
  EXPECT_EQ(away["queued"], 2);
  EXPECT_EQ(away["sent"]["waiting"], 4);
  AMANA_ASSERT_OK(broker_.Start());
  const Json again = Run("police", ImportAndSend());
  EXPECT_EQ(again["known"], 4);
  EXPECT_EQ(again["sent"]["accepted"], 4);
}

TEST_F(AmanaTest, AnOperatorRedrivesADeadLetter) {
  Sample(1);
  Run("police", ImportAndSend());
  ASSERT_NO_FATAL_FAILURE(FailDelivery());
  const Json letter = DeadLetters()[0];
  EXPECT_EQ(letter["error"], "NATIVE_SCHEMA");
  const std::vector<std::string> redrive = {"admin", "redrive", letter["delivery"], "--reason",
                                            "NATIVE_SCHEMA"};

  // A caseworker's signature is no operator's.
  EXPECT_EQ(Run("intake", redrive, 1)["outbox"]["reason"], "ROLE_NOT_PERMITTED");
  EXPECT_EQ(DeadLetters().size(), 1u);

  const Json redriven = Run("operator", redrive);
  EXPECT_EQ(redriven["delivery"], letter["delivery"]);
  EXPECT_EQ(redriven["outbox"]["state"], "ACCEPTED");
  EXPECT_EQ(DeadLetters().size(), 0u);
  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);

  // It is a dead letter no more.
  EXPECT_EQ(Run("operator", redrive, 1)["outbox"]["reason"], "TRANSITION_NOT_ALLOWED");
}

// What the person may ask for is told from the evidence.
TEST_F(AmanaTest, AConsentHasAReceiptDisclosuresAndAStory) {
  const Json granted = Run("police", {"consent", "grant", "--service", "ACCOMMODATION",
                                      "--category", "IDENTITY_MIN,DEMOGRAPHIC,RISK", "--recipient",
                                      "haven", "--given-by", "SELF", "--method", "WRITTEN",
                                      "--language", "swa", "--evidence", world_.File("form.pdf")});
  const std::string consent = granted["consent_id"];
  const std::string section = world_.File("risk.json");
  Run("police", {"referral",
                 "new",
                 "--service",
                 "ACCOMMODATION",
                 "--to",
                 "haven/intake",
                 "--match",
                 "--county",
                 "1",
                 "--urgency",
                 "EMERGENCY",
                 "--subject-class",
                 "ADULT",
                 "--consent",
                 consent,
                 "--section",
                 "IDENTITY_MIN=" + section,
                 "--section",
                 "DEMOGRAPHIC=" + section,
                 "--section",
                 "RISK=" + section,
                 "--send"});
  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 1);
  EXPECT_EQ(Run("intake", {"inbox", "mismatch", "1", "--kind", "content", "--category", "RISK",
                           "--found", "MEDICAL"})["outbox"]["state"],
            "ACCEPTED");

  const std::string explained = Run("police", {"referral", "explain", "--service", "ACCOMMODATION",
                                               "--to", "haven/coast", "--consent", consent})
                                    .dump();
  EXPECT_THAT(explained, HasSubstr("IDENTITY_MIN"));
  const std::string receipt = Run("police", {"consent", "receipt", consent}).dump();
  for (const char* field : {"record_id", "pii_controllers", "purposes", consent.c_str()}) {
    EXPECT_THAT(receipt, HasSubstr(field));
  }
  const std::string disclosures = Run("police", {"consent", "disclosures", consent}).dump();
  EXPECT_THAT(disclosures, HasSubstr("haven"));
  EXPECT_THAT(disclosures, HasSubstr("RISK"));
  Run("intake", {"consent", "disclosures", consent}, 1);  // is the recorder's

  Run("police", {"consent", "withdraw", consent});
  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["recalls"], 1);
  // Why it was deleted, for whoever asks the shelter.
  const std::string recall = world_.File("recall.receipt");
  const auto proven = Run("intake", {"inbox", "recall", "1", "--out", recall});
  EXPECT_EQ(proven["reason"], "CONSENT_WITHDRAWN");
  EXPECT_EQ(proven["proof"]["event"]["kind"], "DELIVERY_RECALL_SENT");
  Run("intake", {"audit", "verify", "--receipt", recall});
  Run("intake", {"audit", "prove", proven["proof"]["log_index"].dump()});
  const std::string story = Run("police", {"consent", "history", consent}).dump();
  for (const char* line : {"recorded the consent", "sent referral", "was given",
                           "RISK holds MEDICAL", "takes the consent back"}) {
    EXPECT_THAT(story, HasSubstr(line));
  }
}

}  // namespace
}  // namespace amana::tests
