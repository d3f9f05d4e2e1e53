#include "agency-adapters/iom/case_tables.h"

#include <gmock/gmock.h>

#include "agency-adapters/iom/pg_for_test.h"
#include "agency-adapters/iom/pg_schema.h"
#include "base/status.h"

namespace amana::iom {
namespace {

using runtime::DeliveryKind;
using runtime::ItemKind;
using runtime::NativeDelivery;
using runtime::NativeItem;
using runtime::Settlement;
using ::testing::ElementsAre;

NativeDelivery Case(const std::string& key) {
  return {.key = key,
          .kind = DeliveryKind::kCase,
          .referral = "police-a/00112233445566778899aabbccddeeff/1",
          .sender = "police-a/desk",
          .recipient = "iom/nairobi",
          .service = "CASE_TRANSFER",
          .urgency = "URGENT",
          .at = absl::FromUnixSeconds(1'927'700'000),
          .record = {{{"prs_FirstName", {"TESTCASE-1"}},
                      {"vic_MethodsOfControl", {"WithholdsDocuments", "TakesEarnings"}}}}};
}

class CaseTablesTest : public PgTest {
 protected:
  void SetUp() override {
    PgTest::SetUp();
    ASSERT_TRUE(tables_.Prepare().ok());
  }
  std::string Deliver(const NativeDelivery& delivery) {
    const auto id = tables_.Deliver(delivery);
    EXPECT_TRUE(id.ok()) << id.status();
    return id.value_or("");
  }
  std::vector<std::string> Keys(size_t limit = 100) {
    const auto items = tables_.Ready(limit);
    EXPECT_TRUE(items.ok()) << items.status();
    std::vector<std::string> keys;
    for (const NativeItem& item : items.value_or(std::vector<NativeItem>())) {
      keys.push_back(item.key);
    }
    return keys;
  }

  CaseTables tables_{Session()};
};

TEST_F(CaseTablesTest, ADeliveryIsOneRowHoweverOftenItComes) {
  EXPECT_EQ(tables_.Find("k/1")->has_value(), false);
  const std::string id = Deliver(Case("k/1"));
  EXPECT_EQ(id, "case-1");
  NativeDelivery other = Case("k/1");
  other.record.fields["prs_FirstName"] = {"SYNTHETIC"};
  EXPECT_EQ(Deliver(other), id);
  CaseTables after_a_crash(Session());
  EXPECT_EQ(**after_a_crash.Find("k/1"), id);
  EXPECT_EQ(*after_a_crash.Deliver(Case("k/1")), id);
  EXPECT_EQ(One("SELECT count(*) FROM amana.cases"), "1");
  EXPECT_EQ(One("SELECT \"prs_FirstName\" FROM amana.htcds_cases"), "TESTCASE-1");
  EXPECT_EQ(One("SELECT array_to_string(\"vic_MethodsOfControl\", '+') FROM amana.htcds_cases"),
            "WithholdsDocuments+TakesEarnings");
}

TEST_F(CaseTablesTest, LaterSectionsAndAnswersGoIntoTheCasesRow) {
  const std::string id = Deliver(Case("k/1"));
  NativeDelivery later = Case("k/1/accept");
  later.about_native_id = id;
  later.record.fields = {{"prs_SecondName", {"SYNTHETIC"}}};
  later.attachments = {{"MEDICAL", "image/png", std::string("a\0b", 3)}};
  EXPECT_EQ(Deliver(later), id);
  EXPECT_EQ(One("SELECT case_id || category || media_type || encode(content, 'hex') FROM "
                "amana.case_attachments"),
            "1MEDICALimage/png610062");
  NativeDelivery update = Case("k/1/u1");
  update.kind = DeliveryKind::kUpdate;
  update.about_native_id = id;
  update.record.fields = {{"prs_Gender", {"Feminine"}}};
  update.words = "SYNTHETIC answer";
  EXPECT_EQ(Deliver(update), "event-1");
  EXPECT_EQ(Deliver(update), "event-1");
  EXPECT_EQ(One("SELECT \"prs_FirstName\" || \"prs_SecondName\" || \"prs_Gender\" FROM "
                "amana.htcds_cases"),
            "TESTCASE-1SYNTHETICFeminine");
  EXPECT_EQ(One("SELECT count(*) FROM amana.case_events"), "1");
}

TEST_F(CaseTablesTest, ARecallTakesTheContentAndLateOnesBringNoneBack) {
  NativeDelivery update = Case("k/1/u1");
  update.kind = DeliveryKind::kUpdate;
  update.about_native_id = Deliver(Case("k/1"));
  update.words = "SYNTHETIC answer";
  update.attachments = {{"MEDICAL", "image/png", "SYNTHETIC image"}};
  Deliver(update);
  NativeDelivery recall = Case("k/1/r");
  recall.kind = DeliveryKind::kRecall;
  recall.about_native_id = update.about_native_id;
  recall.reason = "CONSENT_WITHDRAWN";
  recall.record = {};
  EXPECT_EQ(Deliver(recall), "event-2");
  update.key = "k/1/u2";
  Deliver(update);
  NativeDelivery late = Case("k/1/accept");
  late.about_native_id = update.about_native_id;
  late.attachments = update.attachments;
  EXPECT_EQ(Deliver(late), update.about_native_id);
  EXPECT_EQ(One("SELECT count(*) FROM amana.case_attachments"), "0");
  EXPECT_EQ(One("SELECT state || reason || htcds::text FROM amana.cases"),
            "RECALLEDCONSENT_WITHDRAWN{}");
  EXPECT_THAT(Do("SELECT htcds::text || words FROM amana.case_events ORDER BY event_id"),
              ElementsAre("{}", "{}", "{}"));
  // Offered again, it is a case of its own.
  EXPECT_EQ(Deliver(Case("k/2")), "case-2");
}

TEST_F(CaseTablesTest, WhatTheTablesDoNotTakeIsRefusedByName) {
  NativeDelivery bad = Case("k/1");
  bad.referral = std::string("a\0b", 3);
  const auto id = tables_.Deliver(bad);
  EXPECT_EQ(ErrorReason(id.status()), "DATABASE_REFUSED");
  EXPECT_FALSE(tables_.Find("k/1")->has_value());
}

TEST_F(CaseTablesTest, WhatIsReadyIsReadOldestFirstAndWhatSomebodyHoldsLater) {
  const std::string id = Deliver(Case("k/1"));
  Do("INSERT INTO amana.outgoing (native_key, kind, htcds) VALUES ('c1', 'CASE', "
     "'{\"prs_FirstName\": \"TESTCASE-2\", \"prs_Citizenship\": [\"KE\", \"UG\"]}')");
  Do("INSERT INTO amana.outgoing (native_key, kind, case_id, categories, words) VALUES ('a1', "
     "'ASK', 1, '{RISK,\"A \\\"quoted\\\"\"}', 'SYNTHETIC words')");
  Do("INSERT INTO amana.outgoing (native_key, kind, about, code, task, details) VALUES ('u1', "
     "'CANCEL', 'c1', 'SENT_IN_ERROR', 3, '{\"escort_code\": \"SYNTH\"}')");
  const auto items = tables_.Ready(100);
  ASSERT_TRUE(items.ok()) << items.status();
  ASSERT_EQ(items->size(), 3u);
  EXPECT_EQ((*items)[0].kind, ItemKind::kCase);
  EXPECT_EQ((*items)[0].record.fields,
            (std::map<std::string, std::vector<std::string>, std::less<>>{
                {"prs_FirstName", {"TESTCASE-2"}}, {"prs_Citizenship", {"KE", "UG"}}}));
  EXPECT_EQ((*items)[1].about, "k/1") << "the delivery of the case that it names";
  EXPECT_THAT((*items)[1].categories, ElementsAre("RISK", "A \"quoted\""));
  EXPECT_EQ((*items)[1].words, "SYNTHETIC words");
  EXPECT_EQ((*items)[2].about, "c1");
  EXPECT_EQ((*items)[2].code, "SENT_IN_ERROR");
  EXPECT_EQ((*items)[2].task, 3u);
  EXPECT_EQ((*items)[2].details.at("escort_code"), "SYNTH");

  const auto editor = Session();
  ASSERT_TRUE(editor
                  ->Transaction([&]() -> absl::Status {
                    AMANA_RETURN_IF_ERROR(
                        editor->Run("UPDATE amana.outgoing SET words = 'x' WHERE native_key = 'c1'")
                            .status());
                    EXPECT_THAT(Keys(), ElementsAre("a1", "u1"));
                    EXPECT_THAT(Keys(1), ElementsAre("a1"));
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(Keys(), ElementsAre("c1", "a1", "u1"));
}

TEST_F(CaseTablesTest, RowsThatCannotBeReadAreRefusedAndHoldUpNothing) {
  for (const std::string htcds : {"[]", R"({"a": 1})", R"({"a": [1]})", R"({"a": {}})", "null"}) {
    Do(("INSERT INTO amana.outgoing (native_key, kind, htcds) SELECT 'bad' || count(*), 'CASE', '" +
        htcds + "' FROM amana.outgoing")
           .c_str());
  }
  Do("INSERT INTO amana.outgoing (native_key, kind, htcds) VALUES ('huge', 'CASE', "
     "jsonb_build_object('prs_FirstName', repeat('x', 2000000)))");
  Do("INSERT INTO amana.outgoing (native_key, kind) VALUES ('good', 'SEEN')");
  EXPECT_THAT(Keys(), ElementsAre("good"));
  EXPECT_EQ(One("SELECT count(*) FROM amana.outgoing WHERE state = 'REFUSED' AND reason = "
                "'NATIVE_FORMAT_INVALID' AND field = 'htcds'"),
            "6");
}

TEST_F(CaseTablesTest, WhatBecameOfAnItemIsNotedAndAcceptedStays) {
  Do("INSERT INTO amana.outgoing (native_key, kind) VALUES ('c1', 'CASE')");
  const auto settle = [this](const Settlement& settlement) {
    const absl::Status done = tables_.Settle("c1", settlement);
    EXPECT_TRUE(done.ok()) << done;
    return One(
        "SELECT state || ' ' || referral || ' ' || reason || ' ' || field FROM "
        "amana.outgoing");
  };
  using enum Settlement::State;
  const Settlement taken{.state = kTaken, .referral = "iom/00/1"};
  EXPECT_EQ(settle(taken), "TAKEN iom/00/1  ");
  EXPECT_EQ(settle(taken), "TAKEN iom/00/1  ");
  EXPECT_TRUE(Keys().empty());
  EXPECT_EQ(settle({.state = kRefused, .reason = "CODE_UNKNOWN", .field = "prs_Gender"}),
            "REFUSED iom/00/1 CODE_UNKNOWN prs_Gender");
  EXPECT_EQ(settle(taken), "TAKEN iom/00/1  ");
  EXPECT_EQ(settle({.state = kAccepted, .escort_code = "7Q2M"}), "ACCEPTED iom/00/1  ");
  EXPECT_EQ(One("SELECT details ->> 'escort_code' FROM amana.outgoing"), "7Q2M");
  EXPECT_EQ(settle(taken), "ACCEPTED iom/00/1  ");
  EXPECT_TRUE(tables_.Settle("came-another-way", taken).ok());
}

// A program that died while it wrote: its server side may still be at it.
TEST_F(CaseTablesTest, WhoAsksAfterADeliveryWaitsForItsWriter) {
  const auto writer = Session();
  ASSERT_TRUE(writer
                  ->Transaction([&]() -> absl::Status {
                    AMANA_RETURN_IF_ERROR(
                        writer
                            ->Run("SELECT pg_advisory_xact_lock(hashtextextended('k/1', "
                                  "7019242631))")
                            .status());
                    const auto found = tables_.Find("k/1");
                    EXPECT_EQ(ErrorReason(found.status()), "DATABASE_SLOW");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_FALSE(tables_.Find("k/1")->has_value());
}

}  // namespace
}  // namespace amana::iom
