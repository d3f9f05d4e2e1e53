#include "agency-adapters/iom/htcds_xform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "agency-adapters/iom/htcds_codes.h"
#include "agency-adapters/iom/htcds_fields.h"
#include "agency-adapters/iom/htcds_record.h"
#include "base/status.h"
#include "tests/support/shared.h"

namespace amana::iom {
namespace {

using Json = nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

std::string Form(std::string_view answers) {
  return "<data id=\"htcds_xlsform\">" + std::string(answers) +
         "<meta><instanceID>uuid:7</instanceID></meta></data>";
}

std::vector<std::string> Defects(const ImportReport& report) {
  std::vector<std::string> defects;
  for (const Finding& finding : report.findings) {
    EXPECT_EQ(finding.column, "");
    defects.push_back(finding.defect + " " + finding.field);
  }
  return defects;
}

TEST(HtcdsXForm, TheFormsOwnDefectsAreCopedWithAndEachIsTold) {
  const auto result = ImportHtcdsXForm(
      Form("<con_Consent>TRUE</con_Consent><prs_First_Name>TESTCASE-1</prs_First_Name>"
           "<prs_Second_Name>SYNTHETIC</prs_Second_Name><prs_Birthdate>1999-01-01</prs_Birthdate>"
           "<prs_Title>SYNTHETIC TITLE</prs_Title><prs_Citizenship>UT</prs_Citizenship>"
           "<vic_Methods_of_Control>WithholdsDocuments RestrictsMovement</vic_Methods_of_Control>"
           "<cas_Status>Active</cas_Status>"));
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->rows.size(), 1u) << ToText(result->report);
  EXPECT_THAT(
      Defects(result->report),
      UnorderedElementsAre(
          "CONSENT_CHECKBOX_IGNORED con_Consent", "XLSFORM_SPELLING prs_FirstName",
          "XLSFORM_SPELLING prs_SecondName", "TITLE_LABELLED_SECOND_NAME prs_Title",
          "XLSFORM_SPELLING vic_MethodsOfControl", "XLSFORM_MULTISELECT ",
          "COLUMN_NOT_CARRIED cas_Status", "CODE_MISSING_FROM_PICKLIST vic_MethodsOfControl"));
  const auto& sections = result->rows[0].sections;
  EXPECT_EQ(Json::parse(sections.at(v1::CATEGORY_IDENTITY))["full_names"],
            (Json{{"given", "TESTCASE-1"}, {"second", "SYNTHETIC"}, {"title", "SYNTHETIC TITLE"}}));
  EXPECT_EQ(Json::parse(sections.at(v1::CATEGORY_EXPLOITATION)),
            (Json{{"methods_of_control", {"WithholdsDocuments", "RestrictsMovement"}}}));
}

TEST(HtcdsXForm, ATitleThatNobodyAnsweredIsNoDefect) {
  const auto result =
      ImportHtcdsXForm(Form("<prs_First_Name>TESTCASE-1</prs_First_Name><prs_Title/>"));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(Defects(result->report), Not(Contains(HasSubstr("TITLE"))));
}

TEST(HtcdsXForm, NothingIsGuessed) {
  const std::pair<std::string, std::string> cases[] = {
      {"<prs_Gender>Female?</prs_Gender>", "prs_Gender CODE_UNKNOWN"},
      {"<prs_Birthdate>01/02/1999</prs_Birthdate>", "prs_Birthdate DATE_INVALID"},
      {"<vic_Methods_of_Control>WithholdsDocuments Bewitches</vic_Methods_of_Control>",
       "vic_MethodsOfControl CODE_UNKNOWN"},
      {"<con_Consent>TRUE</con_Consent>", "row ROW_EMPTY_OF_FACTS"}};
  for (const auto& [answers, refusal] : cases) {
    const auto result = ImportHtcdsXForm(Form(answers));
    ASSERT_TRUE(result.ok()) << result.status();
    ASSERT_EQ(result->report.refusals.size(), 1u) << answers;
    EXPECT_EQ(result->report.refusals[0].field + " " + result->report.refusals[0].reason, refusal);
  }
  EXPECT_EQ(ErrorReason(ImportHtcdsXForm(Form("<q1>x</q1>")).status()), "HEADER_UNRECOGNISED");
  EXPECT_EQ(ErrorReason(ImportHtcdsXForm(Form("<prs_FirstName>a</prs_FirstName>"
                                              "<prs_First_Name>b</prs_First_Name>"))
                            .status()),
            "COLUMN_DUPLICATED");
}

TEST(HtcdsXForm, WhatTheStandardHasNotIsKeptBesideIt) {
  const auto read = ReadHtcdsXForm(
      Form("<prs_First_Name>TESTCASE-1</prs_First_Name><ref_Service>MEDICAL</ref_Service>"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->rows[0].key, "uuid:7");
  EXPECT_EQ(RecordOf(read->rows[0]).fields.at("ref_Service"), std::vector<std::string>{"MEDICAL"});
}

// A record of every question that the form asks, written and read.
TEST(HtcdsXForm, WhatIsWrittenIsReadBack) {
  mapping::Record record;
  for (const Field& field : AllFields()) {
    const CodeList* list = FindCodeList(field.name);
    std::vector<std::string>& values = record.fields[std::string(field.name)];
    if (list != nullptr) {
      values = {std::string(list->codes[0].name)};
      if (IsRepeated(field)) values.emplace_back(list->codes[1].name);
    } else if (field.kind == ValueKind::kCountries) {
      values = {"KE"};
    } else if (field.kind == ValueKind::kDate) {
      values = {"1999-01-01"};
    } else if (field.kind == ValueKind::kPhone) {
      values = {"+254700000000"};
    } else if (field.kind == ValueKind::kText) {
      values = {"SYNTHETIC <&> " + std::string(field.name)};
    } else {
      record.fields.erase(std::string(field.name));
    }
  }
  const auto written = WriteHtcdsXForm(record, "uuid:9");
  ASSERT_TRUE(written.ok()) << written.status();
  const auto read = ReadHtcdsXForm(written->xml);
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->rows.size(), 1u) << ToText(read->report);
  mapping::Record back = RecordOf(read->rows[0]);
  std::set<std::string> left_out;
  for (const Finding& finding : written->findings) {
    if (finding.defect == "FIELD_NOT_IN_FORM") left_out.insert(finding.field);
  }
  EXPECT_EQ(back.fields.size(), 30u) << "all questions but the consent";
  for (const auto& [name, values] : record.fields) {
    if (left_out.contains(name)) continue;
    EXPECT_EQ(back.fields[name], values) << name;
  }
  record.fields["prs_Citizenship"] = {"KE", "UG"};
  EXPECT_EQ(ErrorReason(WriteHtcdsXForm(record, "uuid:9").status()), "XFORM_TAKES_ONE");
}

// Against IOM's own form: every question in its place, in its spelling.
TEST(HtcdsXForm, WritesTheOfficialForm) {
  const auto path = tests::SharedFile("data/htcds/htcds_xlsform.xml");
  if (!path.has_value()) GTEST_SKIP() << "the shared folder is not here";
  const std::string form = tests::ReadWhole(*path);
  const std::string data = form.substr(form.find("<con_Consent/>"));
  std::string expected = data.substr(0, data.find("<__version__/>"));
  const auto written = WriteHtcdsXForm({}, "uuid:9");
  ASSERT_TRUE(written.ok()) << written.status();
  std::string questions;
  std::string_view rest = written->xml;
  for (size_t at = rest.find("  <"); at != std::string_view::npos; at = rest.find("\n  <")) {
    rest.remove_prefix(rest.find('<', at) + 1);
    if (rest.starts_with("orx:")) break;
    questions += "<" + std::string(rest.substr(0, rest.find('>'))) + "/>";
  }
  EXPECT_EQ(questions, expected);
}

}  // namespace
}  // namespace amana::iom
