#include "agency-adapters/iom/iom_adapter.h"

#include <gmock/gmock.h>

#include "agency-adapters/iom/htcds_generator.h"
#include "agency-adapters/iom/iom_mapping.h"
#include "agency-adapters/iom/pg_for_test.h"
#include "agency-adapters/iom/pg_schema.h"
#include "base/config.h"
#include "base/status.h"

namespace amana::iom {
namespace {

using runtime::DeliveryKind;
using runtime::NativeDelivery;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class IomAdapterTest : public PgTest {
 protected:
  IomAdapter adapter_{std::make_unique<CaseTables>(Session())};
};

TEST_F(IomAdapterTest, ACaseOfTheTablesBecomesFactsAndItsFateIsNoted) {
  ASSERT_TRUE(adapter_.Poll(1).ok());
  Do("INSERT INTO amana.outgoing (native_key, kind, htcds) VALUES ('c1', 'CASE', '{"
     "\"ref_Service\": \"CASE_TRANSFER\", \"ref_Urgency\": \"URGENT\", \"ref_Consent\": \"c-1\", "
     "\"prs_FirstName\": \"TESTCASE-1\", \"prs_Gender\": \"Not Specified/Unknown\", "
     "\"prs_MobilePhone\": \"+254 700 000 000\", \"vic_MethodsOfControl\": "
     "\"WithholdsDocuments;TakesEarnings\"}')");
  const auto items = adapter_.Poll(10);
  ASSERT_TRUE(items.ok() && items->size() == 1) << items.status();
  const auto facts = BuiltInMapping()->ToFacts((*items)[0].record);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->consent, "c-1");
  EXPECT_EQ(facts->services.at(0).service, v1::SERVICE_TYPE_CASE_TRANSFER);
  EXPECT_EQ(facts->sections.at(v1::CATEGORY_DEMOGRAPHIC).at("gender"), "NonSpecifiedUnknown");
  EXPECT_EQ(facts->sections.at(v1::CATEGORY_EXPLOITATION).at("methods_of_control").size(), 2u);

  ASSERT_TRUE(adapter_.Settle("c1", {.state = runtime::Settlement::State::kTaken}).ok());
  EXPECT_TRUE(adapter_.Poll(10)->empty());
  EXPECT_EQ(One("SELECT state FROM amana.outgoing"), "TAKEN");
}

TEST_F(IomAdapterTest, AnUnknownCodeIsLeftToTheMappingWhichNamesItsField) {
  ASSERT_TRUE(adapter_.Poll(1).ok());
  Do("INSERT INTO amana.outgoing (native_key, kind, htcds) VALUES ('c1', 'CASE', "
     "'{\"prs_Gender\": \"SYNTHETIC\"}')");
  const auto facts = BuiltInMapping()->ToFacts(adapter_.Poll(10)->at(0).record);
  EXPECT_EQ(ErrorReason(facts.status()), "CODE_UNKNOWN");
  EXPECT_EQ(ErrorField(facts.status()), "prs_Gender");
}

TEST_F(IomAdapterTest, WhatCameIsARowAndFoundAgain) {
  const NativeDelivery delivery{.key = "k/1",
                                .kind = DeliveryKind::kCase,
                                .referral = "police-a/00/1",
                                .record = {{{"prs_FirstName", {"TESTCASE-1"}}}}};
  const auto id = adapter_.Deliver(delivery);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(*adapter_.Find("k/1"), *id);
  EXPECT_EQ(One("SELECT \"prs_FirstName\" FROM amana.htcds_cases"), "TESTCASE-1");
}

TEST_F(IomAdapterTest, HealthSaysWhetherTheDatabaseAnswers) {
  EXPECT_TRUE(adapter_.Check().ok);
  server_->Stop();
  const runtime::Health away = adapter_.Check();
  EXPECT_FALSE(away.ok);
  EXPECT_EQ(away.reason, "DATABASE_UNREACHABLE");
  EXPECT_TRUE(absl::IsUnavailable(adapter_.Poll(1).status()));
  ASSERT_TRUE(server_->Up().ok());
  EXPECT_TRUE(adapter_.Check().ok);
}

// Without a database: Decode is pure.
class DecodeTest : public ::testing::Test {
 protected:
  const IomAdapter adapter_{nullptr};
};

TEST_F(DecodeTest, CsvAndXFormsBecomeItems) {
  const auto csv = adapter_.Decode(GenerateHtcdsCsv({.seed = 3, .rows = 4}));
  ASSERT_TRUE(csv.ok()) << csv.status();
  ASSERT_EQ(csv->size(), 4u);
  EXPECT_THAT((*csv)[0].key, HasSubstr("row-"));
  EXPECT_NE((*csv)[0].key, (*csv)[1].key);
  EXPECT_EQ((*adapter_.Decode(GenerateHtcdsCsv({.seed = 3, .rows = 4})))[0].key, (*csv)[0].key);

  const auto named =
      adapter_.Decode("ref_Key,ref_Service,prs_FirstName\nk-1,CASE_TRANSFER,TESTCASE-1\n");
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ((*named)[0].key, "k-1");
  EXPECT_THAT((*named)[0].record.fields.at("ref_Service"), ElementsAre("CASE_TRANSFER"));

  const auto form = adapter_.Decode(
      "\n<data><prs_First_Name>TESTCASE-1</prs_First_Name>"
      "<meta><instanceID>uuid:7</instanceID></meta></data>");
  ASSERT_TRUE(form.ok()) << form.status();
  EXPECT_EQ((*form)[0].key, "uuid:7");
}

TEST_F(DecodeTest, AFileWithARowThatCannotBeReadIsRefusedWhole) {
  const std::pair<std::string, std::string> cases[] = {
      {"prs_FirstName,prs_Gender\nSYNTHETIC,SYNTHETIC\nTESTCASE-2,Feminine\n", "prs_Gender"},
      {"nothing of ours\n1\n", "header"},
      {"<data><g><a>SYNTHETIC</a></g></data>", "g"},
      {"<!DOCTYPE d><d/>", "xml"},
      {"", "header"}};
  for (const auto& [bytes, field] : cases) {
    const auto items = adapter_.Decode(bytes);
    EXPECT_EQ(ErrorReason(items.status()), "NATIVE_FORMAT_INVALID") << bytes;
    EXPECT_EQ(ErrorField(items.status()), field) << bytes;
    EXPECT_THAT(items.status().ToString(), Not(HasSubstr("SYNTHETIC")));
  }
}

TEST(IomConfig, TheConnectionIsCheckedWhenTheFileIsRead) {
  for (const auto& [line, good] :
       {std::pair("connection = \"host=/run/postgresql dbname=cases\"", true),
        std::pair("connection = \"host=db.iom.test password=SECRET\"", false), std::pair("", false),
        std::pair("connection = \"host=/run dbname=cases\"\ncolour = \"red\"", false)}) {
    auto reader = ConfigReader::FromText("[native]\n" + std::string(line) + "\n", "iom.toml");
    ASSERT_TRUE(reader.ok()) << reader.status();
    MakeIomAdapter((*reader)->Root().Table("native"));
    const absl::Status finished = (*reader)->Finish();
    EXPECT_EQ(finished.ok(), good) << finished;
    EXPECT_THAT(finished.ToString(), Not(HasSubstr("SECRET")));
  }
}

}  // namespace
}  // namespace amana::iom
