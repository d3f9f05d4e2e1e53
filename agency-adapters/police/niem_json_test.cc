#include "agency-adapters/police/niem_json.h"

#include <nlohmann/json.hpp>

#include "agency-adapters/police/documents_for_test.h"
#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana::police {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(NiemJsonTest, FieldsArePathsAndBack) {
  const auto record = ReadNiemJson(CaseForTest());
  AMANA_ASSERT_OK(record);
  EXPECT_THAT(record->fields.at("hs:HumanTraffickingVictim/j:VictimPerson/nc:PersonBirthDate/"
                                "nc:Date"),
              ElementsAre("1999-01-01"));
  EXPECT_THAT(record->fields.at("nc:Referral/nc:ReferralMandatoryIndicator"), ElementsAre("false"));
  EXPECT_EQ(record->fields.size(), 17U);
  const auto written = WriteNiemJson(*record);
  AMANA_ASSERT_OK(written);
  Json expected = Json::parse(CaseForTest());
  // What may be a list is written as one.
  Json& event = expected["hs:HumanTraffickingVictim"]["hs:TraffickingEvent"];
  event["hs:PastExploitationIndustryCode"] = Json::array({"Domestic Work"});
  EXPECT_EQ(Json::parse(*written), expected);
  EXPECT_EQ(ReadNiemJson(*written)->fields, record->fields);
}

TEST(NiemJsonTest, ElementsKeepTheirPlace) {
  const auto record = ReadNiemJson(DocumentForTest(
      R"("hs:HumanTraffickingVictim": {"j:VictimInjury": [{"nc:A": "1", "nc:B": "2"}, {"nc:B": "3"},
         {"nc:C": "4"}]})"));
  AMANA_ASSERT_OK(record);
  const std::string path = "hs:HumanTraffickingVictim/j:VictimInjury/";
  EXPECT_THAT(record->fields.at(path + "nc:A"), ElementsAre("1", "", ""));
  EXPECT_THAT(record->fields.at(path + "nc:B"), ElementsAre("2", "3", ""));
  EXPECT_THAT(record->fields.at(path + "nc:C"), ElementsAre("", "", "4"));
  EXPECT_EQ(ReadNiemJson(*WriteNiemJson(*record))->fields, record->fields);
}

std::string Nested(size_t levels) {
  std::string text;
  for (size_t i = 0; i < levels; ++i) text += R"({"nc:A":)";
  return text + "1" + std::string(levels, '}');
}

TEST(NiemJsonTest, RefusedByFieldAndNeverEchoed) {
  std::string many = R"("nc:A": [)";
  for (int i = 0; i < 4000; ++i) many += "1,";
  std::string deep = "nc:A";
  for (int i = 1; i < 16; ++i) deep += "/nc:A";
  const struct {
    std::string document;
    const char* field;
  } cases[] = {
      {"", ""},
      {"SECRET", ""},
      {"[]", ""},
      {R"({"nc:A": "SECRET"})", "@context"},
      {R"({"@context": "SECRET"})", "@context"},
      {R"({"@context": {"nc": "http://release.niem.gov/niem/SECRET"}})", "@context/nc"},
      {R"({"@context": {"zz": "urn:SECRET"}})", "@context/zz"},
      {R"({"@context": {"nc": 1}})", "@context/nc"},
      {R"({"@context": {}, "nc:A": "SECRET"})", "nc:A"},
      {DocumentForTest(R"("nc:A": "SECRET", "nc:A": "2")"), "nc:A"},
      {DocumentForTest(R"("nc:A": {"nc:B": 1, "nc:B": 2})"), "nc:A/nc:B"},
      {DocumentForTest(R"("nc:A": "\ud800SECRET")"), "nc:A"},
      {DocumentForTest("\"nc:A\": \"SECRET\xff\""), "nc:A"},
      {DocumentForTest(R"("nc:A": null)"), "nc:A"},
      {DocumentForTest(R"("nc:A": 7)"), "nc:A"},
      {DocumentForTest(R"("nc:A": ["SECRET"])"), "nc:A"},
      {DocumentForTest(R"("nc:AIndicator": "true")"), "nc:AIndicator"},
      {DocumentForTest(R"("nc:ANumeric": "7")"), "nc:ANumeric"},
      {DocumentForTest(R"("im:A": "SECRET")"), "im:A"},
      {DocumentForTest(R"("plain": "SECRET")"), "plain"},
      {DocumentForTest(R"("nc:": "SECRET")"), "nc:"},
      {DocumentForTest(R"("nc:Jane SECRET": "x")"), "(a name that is not shown)"},
      {DocumentForTest(R"("j:ProtectionOrder": [{"nc:A": ["SECRET"]}])"), "j:ProtectionOrder/nc:A"},
      {DocumentForTest(R"("j:ProtectionOrder": [["SECRET"]])"), "j:ProtectionOrder"},
      {DocumentForTest(many + "1]"), "nc:A"},
      {DocumentForTest("\"nc:A\": " + Nested(20000)), deep.c_str()},
      {DocumentForTest("\"nc:A\": \"" + std::string(kMaxDocument, 'x') + "\""), ""},
  };
  for (const auto& c : cases) {
    const absl::Status status = ReadNiemJson(c.document).status();
    const std::string what = c.document.substr(0, 400);
    EXPECT_EQ(ErrorReason(status), "NATIVE_FORMAT_INVALID") << what;
    EXPECT_EQ(ErrorField(status), c.field) << what;
    EXPECT_THAT(status.ToString(), Not(HasSubstr("SECRET"))) << what;
  }
}

TEST(NiemJsonTest, RecordsThatCannotBeSaid) {
  const mapping::Record cases[] = {
      {{{"nc:A", {"1", "2"}}}},
      {{{"nc:A", {"1"}}, {"nc:A/nc:B", {"2"}}}},
      {{{"nc:AIndicator", {"yes"}}}},
      {{{"nc:ANumeric", {"x"}}}},
      {{{"zz:A", {"1"}}}},
      {{{"A", {"1"}}}},
  };
  for (const mapping::Record& record : cases) {
    EXPECT_EQ(ErrorReason(WriteNiemJson(record).status()), "NATIVE_FORMAT_INVALID")
        << record.fields.begin()->first;
  }
}

}  // namespace
}  // namespace amana::police
