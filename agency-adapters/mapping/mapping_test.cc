#include "agency-adapters/mapping/mapping.h"

#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana::mapping {
namespace {

using Json = nlohmann::json;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kFile = R"(
[mapping]
name = "synthetic"
version = 3
source = "a test"
[[fixed]]
native = "TYPE"
value = "REFERRAL"
[[ignore]]
native = "SHIFT"
why = "the agency's own"
[[ignore]]
native = "meta/*"
why = "of the transport"
[[field]]
native = "SERVICES"
to = "header.services[].service"
type = "code"
codes = "amana:ServiceType"
separator = ";"
required = "in"
[[field]]
native = "FIRST"
to = "IDENTITY_MIN.given_name"
type = "text"
required = "out"
[[field]]
native = "FIRST"
to = "IDENTITY.full_names.given"
type = "text"
[[field]]
native = "BORN"
to = "IDENTITY.birthdate"
type = "date"
format = "%d/%m/%Y"
[[field]]
native = "BORN"
to = "IDENTITY_MIN.year_of_birth"
type = "year"
format = "%d/%m/%Y"
direction = "in"
[[field]]
native = "SEX"
to = "DEMOGRAPHIC.gender"
type = "code"
codes = "sex"
[[field]]
native = "STAMP_DATE"
to = "TRAVEL_DOC.entry_stamps[].date"
type = "date"
format = "%d/%m/%Y"
[[field]]
native = "STAMP_PLACE"
to = "TRAVEL_DOC.entry_stamps[].place"
type = "text"
[[field]]
native = "ROLES"
to = "EXPLOITATION.perpetrators[].roles[]"
type = "text"
separator = "|"
[[field]]
native = "HOME_PHONE"
to = "IDENTITY.phones[type=HOME].number"
type = "text"
[[field]]
native = "MOBILE"
to = "IDENTITY.phones[type=MOBILE].number"
type = "text"
[[field]]
native = "LANG2"
to = "DEMOGRAPHIC.languages[1]"
type = "text"
[[field]]
native = "COUNTY"
to = "header.county"
type = "code"
codes = "counties"
[[field]]
native = "STATUS"
to = "RISK.risk_level"
type = "text"
direction = "out"
[codes.sex]
F = "Feminine"
M = { code = "Masculine", preferred = true, also = ["TransgenderMasculine"] }
MALE = "Masculine"
[codes.counties]
Nairobi = "47"
Kilifi = "3"
)";

Mapping Parsed() {
  auto mapping = Mapping::Parse(kFile, "synthetic.mapping.toml");
  EXPECT_TRUE(IsOk(mapping));
  return *std::move(mapping);
}

Record Base() { return {{{"TYPE", {"REFERRAL"}}, {"SERVICES", {"ACCOMMODATION;MEDICAL"}}}}; }

Record With(const std::string& native, std::vector<std::string> texts) {
  Record record = Base();
  record.fields[native] = std::move(texts);
  return record;
}

TEST(MappingTest, ARecordAsFactsAndBack) {
  Record record = Base();
  record.fields.insert({{"FIRST", {"TESTCASE"}},
                        {"BORN", {"01/02/1999"}},
                        {"SEX", {"M"}},
                        {"STAMP_DATE", {"02/02/2031", ""}},
                        {"STAMP_PLACE", {"SYNTH BORDER POST", "ELSEWHERE"}},
                        {"ROLES", {"Recruiter|Driver", "Employer"}},
                        {"HOME_PHONE", {"1"}},
                        {"MOBILE", {"2"}},
                        {"LANG2", {"eng"}},
                        {"COUNTY", {"Kilifi"}}});
  Report report;
  const auto facts = Parsed().ToFacts(record, &report);
  AMANA_ASSERT_OK(facts);
  EXPECT_EQ(report.mapping, "synthetic 3");
  EXPECT_EQ(ToJson(*facts), Json::parse(R"({
    "header": {"services": [{"service": "ACCOMMODATION"}, {"service": "MEDICAL"}], "county": 3},
    "IDENTITY_MIN": {"given_name": "TESTCASE", "year_of_birth": 1999},
    "IDENTITY": {"full_names": {"given": "TESTCASE"}, "birthdate": "1999-02-01",
                 "phones": [{"type": "HOME", "number": "1"}, {"type": "MOBILE", "number": "2"}]},
    "DEMOGRAPHIC": {"gender": "Masculine", "languages": [null, "eng"]},
    "TRAVEL_DOC": {"entry_stamps": [{"date": "2031-02-02", "place": "SYNTH BORDER POST"},
                                    {"place": "ELSEWHERE"}]},
    "EXPLOITATION": {"perpetrators": [{"roles": ["Recruiter", "Driver"]}, {"roles": ["Employer"]}]}
  })"));
  const auto again = Parsed().ToNative(*facts);
  AMANA_ASSERT_OK(again);
  EXPECT_EQ(again->fields, record.fields);
}

TEST(MappingTest, RefusedWithTheNativeFieldAndNoContent) {
  const struct {
    Record record;
    const char* reason;
    const char* field;
  } cases[] = {
      {With("COLOUR", {"SECRET"}), "FIELD_UNMAPPED", "COLOUR"},
      {With("Jane SECRET Doe", {"x"}), "FIELD_UNMAPPED", "(a name that is not shown)"},
      {With("SERVICES", {"SECRET"}), "CODE_UNKNOWN", "SERVICES"},
      {With("SERVICES", {"ACCOMMODATION;"}), "CODE_UNKNOWN", "SERVICES"},
      {With("SERVICES", {""}), "FIELD_MISSING", "SERVICES"},
      {With("TYPE", {"SECRET"}), "VALUE_INVALID", "TYPE"},
      {With("TYPE", {}), "FIELD_MISSING", "TYPE"},
      {With("SEX", {"SECRET"}), "CODE_UNKNOWN", "SEX"},
      {With("BORN", {"1999-01-01SECRET"}), "VALUE_INVALID", "BORN"},
      {With("FIRST", {"SECRET", "b"}), "VALUE_COUNT", "FIRST"},
      {With("COUNTY", {"SECRET"}), "CODE_UNKNOWN", "COUNTY"},
  };
  for (const auto& c : cases) {
    Report report;
    const absl::Status status = Parsed().ToFacts(c.record, &report).status();
    EXPECT_EQ(ErrorReason(status), c.reason) << status;
    EXPECT_EQ(ErrorField(status), c.field) << status;
    EXPECT_THAT(ToText(report), HasSubstr(std::string("REFUSED  ") + c.field));
    EXPECT_THAT(ToText(report) + ToJson(report) + status.ToString(), Not(HasSubstr("SECRET")));
  }
}

TEST(MappingTest, FieldsOfOneListMustAgreeInNumber) {
  Record record = With("STAMP_DATE", {"02/02/2031"});
  record.fields["STAMP_PLACE"] = {"A", "B"};
  const absl::Status status = Parsed().ToFacts(record).status();
  EXPECT_EQ(ErrorReason(status), "VALUE_COUNT");
  EXPECT_EQ(ErrorField(status), "STAMP_PLACE");
}

TEST(MappingTest, WhatIsIgnoredIsReportedWithItsReason) {
  Record record = With("SHIFT", {"B"});
  record.fields["meta/id"] = {"7"};
  record.fields["STATUS"] = {"high"};
  Report report;
  AMANA_ASSERT_OK(Parsed().ToFacts(record, &report));
  EXPECT_THAT(report.lines,
              Contains(ReportLine{"SHIFT", "", Outcome::kDropped, "the agency's own"}));
  EXPECT_THAT(report.lines,
              Contains(ReportLine{"meta/id", "", Outcome::kDropped, "of the transport"}));
  EXPECT_THAT(report.lines,
              Contains(ReportLine{"STATUS", "RISK.risk_level", Outcome::kDropped, "only written"}));
}

CaseFacts Facts(const char* json) { return *CaseFactsFromJson(Json::parse(json)); }

TEST(MappingTest, AFactWithNoNativePlaceIsDroppedAndReported) {
  Report report;
  const auto record = Parsed().ToNative(Facts(R"({"header": {"urgency": "URGENT"},
                "IDENTITY_MIN": {"given_name": "TESTCASE", "year_of_birth": 1999},
                "IDENTITY": {"phones": [{"type": "MOBILE", "number": "1"},
                                        {"type": "MOBILE", "number": "2"}]},
                "MEDICAL": {"Jane Doe": "x"}})"),
                                        &report);
  AMANA_ASSERT_OK(record);
  EXPECT_EQ(record->fields,
            (Record{{{"FIRST", {"TESTCASE"}}, {"MOBILE", {"1"}}, {"TYPE", {"REFERRAL"}}}}.fields));
  const std::string why = "has no place in the native format";
  for (const char* fact : {"header.urgency", "IDENTITY_MIN.year_of_birth", "IDENTITY.phones[].type",
                           "IDENTITY.phones[].number", "MEDICAL.(a name that is not shown)"}) {
    EXPECT_THAT(report.lines, Contains(ReportLine{"", fact, Outcome::kDropped, why})) << fact;
  }
}

TEST(MappingTest, RefusedWithTheFactAndNoContent) {
  const struct {
    const char* json;
    const char* reason;
    const char* field;
  } cases[] = {
      {R"({"DEMOGRAPHIC": {"gender": "SECRET"}})", "CODE_UNKNOWN", "DEMOGRAPHIC.gender"},
      {R"({"DEMOGRAPHIC": {"gender": ["Feminine"]}})", "VALUE_INVALID", "DEMOGRAPHIC.gender"},
      {R"({"IDENTITY": {"birthdate": "SECRET"}})", "VALUE_INVALID", "IDENTITY.birthdate"},
      {R"({"IDENTITY": {"full_names": {"given": "SECRET"}}})", "FACTS_DISAGREE",
       "IDENTITY.full_names.given"},
      {R"({"EXPLOITATION": {"perpetrators": [{"roles": ["a|SECRET"]}]}})", "VALUE_INVALID",
       "EXPLOITATION.perpetrators[].roles[]"},
      {R"({"header": {"county": 1}})", "CODE_UNKNOWN", "header.county"},
  };
  for (const auto& c : cases) {
    CaseFacts facts = Facts(c.json);
    facts.sections[v1::CATEGORY_IDENTITY_MIN]["given_name"] = "TESTCASE";
    Report report;
    const absl::Status status = Parsed().ToNative(facts, &report).status();
    EXPECT_EQ(ErrorReason(status), c.reason) << c.json;
    EXPECT_EQ(ErrorField(status), c.field) << c.json;
    EXPECT_THAT(ToText(report) + status.ToString(), Not(HasSubstr("SECRET")));
  }
}

TEST(MappingTest, WhatTheNativeFormatRequires) {
  const absl::Status status = Parsed().ToNative(CaseFacts()).status();
  EXPECT_EQ(ErrorReason(status), "FIELD_MISSING");
  EXPECT_EQ(ErrorField(status), "FIRST");
}

TEST(MappingTest, OneOfSeveralCodesIsWritten) {
  const auto facts = Parsed().ToFacts(With("SEX", {"MALE"}));
  AMANA_ASSERT_OK(facts);
  CaseFacts more = *facts;
  more.sections[v1::CATEGORY_IDENTITY_MIN]["given_name"] = "TESTCASE";
  EXPECT_EQ(Parsed().ToNative(more)->fields.at("SEX"), std::vector<std::string>{"M"});
  more.sections[v1::CATEGORY_DEMOGRAPHIC]["gender"] = "TransgenderMasculine";
  EXPECT_EQ(Parsed().ToNative(more)->fields.at("SEX"), std::vector<std::string>{"M"});
}

TEST(MappingTest, SamplesSurviveTheRoundTrip) {
  const Mapping mapping = Parsed();
  std::mt19937_64 random(20310202);
  for (int i = 0; i < 500; ++i) {
    Record record = mapping.Sample(random);
    record.fields["FIRST"] = {"TESTCASE"};
    const auto facts = mapping.ToFacts(record);
    AMANA_ASSERT_OK(facts);
    const auto json = CaseFactsFromJson(ToJson(*facts));
    AMANA_ASSERT_OK(json);
    const auto again = mapping.ToNative(*json);
    AMANA_ASSERT_OK(again);
    EXPECT_EQ(again->fields, record.fields);
  }
}

}  // namespace
}  // namespace amana::mapping
