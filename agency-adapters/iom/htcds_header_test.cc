#include "agency-adapters/iom/htcds_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "base/status.h"

namespace amana::iom {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Names(const Header& header) {
  std::vector<std::string> names;
  for (const Field* field : header.columns) names.emplace_back(field ? field->name : "-");
  return names;
}

// "DEFECT column field", consent and administration left out.
std::vector<std::string> Defects(const Header& header) {
  std::vector<std::string> defects;
  for (const Finding& finding : header.findings) {
    if (finding.defect == "COLUMN_NOT_CARRIED") continue;
    defects.push_back(finding.defect + " " + finding.column + " " + finding.field);
  }
  return defects;
}

absl::StatusOr<Header> Recognise(std::string_view csv) {
  return RecogniseHeader(formats::ReadCsvRecords(csv).records);
}

std::string Official(bool machine, bool labels) {
  std::string first, second;
  for (const OfficialColumn& column : OfficialColumns()) {
    first.append(",").append(column.machine);
    second.append(",").append(column.label);
  }
  return (machine ? first + "\n" : "") + (labels ? second + "\n" : "");
}

std::vector<std::string> OfficialNames() {
  std::vector<std::string> names = {"-"};
  for (const OfficialColumn& column : OfficialColumns()) names.emplace_back(column.field);
  return names;
}

TEST(ColumnLetters, CountAsASpreadsheetDoes) {
  EXPECT_EQ(ColumnLetters(0), "A");
  EXPECT_EQ(ColumnLetters(25), "Z");
  EXPECT_EQ(ColumnLetters(26), "AA");
  EXPECT_EQ(ColumnLetters(38), "AM");
  EXPECT_EQ(ColumnLetters(702), "AAA");
}

TEST(RecogniseHeader, TheOfficialSpreadsheetWithAllItsDefects) {
  const auto header = Recognise(Official(true, true));
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->rows, 2u);
  EXPECT_FALSE(header->xlsform);
  EXPECT_EQ(Names(*header), OfficialNames());
  EXPECT_THAT(
      Defects(*header),
      ElementsAre("ROW_NUMBER_COLUMN A ", "CONSENT_CHECKBOX_IGNORED F con_Consent",
                  "LABEL_DISAGREES N prs_MailingCity", "LABEL_DISAGREES O prs_MailingCountry",
                  "LABEL_DISAGREES Q prs_MailingStreet", "LABEL_DISAGREES R prs_MailingPostalCode",
                  "MACHINE_HEADER_MISSPELT T vic_TraffickingStatusDecisionMakingOrg",
                  "MACHINE_HEADER_MISSING AJ cas_ReasonForOutgoingReferral"));
}

TEST(RecogniseHeader, WithoutLabelsColumnAjIsKnownByItsNeighbours) {
  const auto header = Recognise(Official(true, false));
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->rows, 1u);
  EXPECT_EQ(Names(*header), OfficialNames());
  EXPECT_THAT(Defects(*header),
              testing::Contains("MACHINE_HEADER_MISSING AJ cas_ReasonForOutgoingReferral"));
}

TEST(RecogniseHeader, OnlyLabelsAreReadByLabelMailingColumnsToo) {
  const auto header = Recognise(Official(false, true));
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->rows, 1u);
  const std::vector<std::string> names = Names(*header);
  EXPECT_EQ(std::vector<std::string>(names.begin() + 13, names.begin() + 18),
            (std::vector<std::string>{"prs_MailingStreet", "prs_MailingCity", "prs_MailingState",
                                      "prs_MailingPostalCode", "prs_MailingCountry"}));
  EXPECT_EQ(names[35], "cas_ReasonForOutgoingReferral");
  EXPECT_THAT(Defects(*header), testing::Contains("ONLY_LABELS  "));
}

struct Case {
  const char* name;
  const char* csv;
  std::vector<std::string> columns;
  std::vector<std::string> defects;
};

TEST(RecogniseHeader, EachDefectByName) {
  const Case cases[] = {
      {"no defect", "prs_FirstName,prs_Gender\n", {"prs_FirstName", "prs_Gender"}, {}},
      {"misspelt decision maker",
       "vic_TraffickinStatusDecisionMakingOrg\n",
       {"vic_TraffickingStatusDecisionMakingOrg"},
       {"MACHINE_HEADER_MISSPELT A vic_TraffickingStatusDecisionMakingOrg"}},
      {"XLSForm spellings",
       "prs_First_Name,prs_Second_Name,vic_Methods_of_Control\n",
       {"prs_FirstName", "prs_SecondName", "vic_MethodsOfControl"},
       {"XLSFORM_SPELLING A prs_FirstName", "XLSFORM_SPELLING B prs_SecondName",
        "XLSFORM_SPELLING C vic_MethodsOfControl", "XLSFORM_MULTISELECT  "}},
      {"XLSForm's title under a wrong label",
       "prs_FirstName,prs_Title\nFirst Name,Second Name\n",
       {"prs_FirstName", "prs_Title"},
       {"TITLE_LABELLED_SECOND_NAME B prs_Title"}},
      {"XLSForm's labels alone",
       "First Name,Second Name,Second Name\n",
       {"prs_FirstName", "prs_SecondName", "prs_Title"},
       {"TITLE_LABELLED_SECOND_NAME C prs_Title", "ONLY_LABELS  "}},
      {"unknown column",
       "prs_FirstName,start\n",
       {"prs_FirstName", "-"},
       {"COLUMN_UNKNOWN B start"}},
      {"unnamed column in the middle",
       "prs_FirstName,,prs_Gender\n",
       {"prs_FirstName", "-", "prs_Gender"},
       {"COLUMN_UNKNOWN B "}},
      {"more labels than machine names",
       "prs_FirstName\nFirst Name,Second Name,Elsewhere\n",
       {"prs_FirstName", "prs_SecondName", "-"},
       {"MACHINE_HEADER_MISSING B prs_SecondName", "COLUMN_UNKNOWN C Elsewhere"}},
      {"deprecated",
       "vic_Vulnerabilities,vic_AgreementToManagePersonalData\n",
       {"vic_Vulnerabilities", "vic_AgreementToManagePersonalData"},
       {"COLUMN_DEPRECATED A vic_Vulnerabilities",
        "CONSENT_CHECKBOX_IGNORED B vic_AgreementToManagePersonalData",
        "COLUMN_DEPRECATED B vic_AgreementToManagePersonalData"}},
  };
  for (const Case& c : cases) {
    const auto header = Recognise(c.csv);
    ASSERT_TRUE(header.ok()) << c.name;
    EXPECT_EQ(Names(*header), c.columns) << c.name;
    EXPECT_EQ(Defects(*header), c.defects) << c.name;
  }
}

TEST(RecogniseHeader, ARowOfDataIsNotARowOfLabels) {
  const auto header = Recognise("prs_FirstName,prs_SecondName\nTESTCASE-1,SYNTHETIC\n");
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->rows, 1u);
}

TEST(RecogniseHeader, AdministrationIsNamedAsNotCarried) {
  const auto header = Recognise("prs_FirstName,cas_CaseOwner\n");
  ASSERT_TRUE(header.ok());
  ASSERT_EQ(header->findings.size(), 1u);
  EXPECT_EQ(header->findings[0].defect, "COLUMN_NOT_CARRIED");
  EXPECT_EQ(header->findings[0].field, "cas_CaseOwner");
}

TEST(RecogniseHeader, RefusesWhatItCannotRead) {
  for (const char* csv : {"", "\n", "a,b\n1,2\n", "prs_FirstName;prs_Gender\n"}) {
    EXPECT_EQ(ErrorReason(Recognise(csv).status()), "HEADER_UNRECOGNISED") << csv;
  }
  const absl::Status twice = Recognise("prs_FirstName,prs_First_Name\n").status();
  EXPECT_EQ(ErrorReason(twice), "COLUMN_DUPLICATED");
  EXPECT_EQ(ErrorField(twice), "prs_FirstName");
}

}  // namespace
}  // namespace amana::iom
