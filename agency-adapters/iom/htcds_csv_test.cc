#include "agency-adapters/iom/htcds_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/status.h"
#include "tests/support/shared.h"

namespace amana::iom {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> Refusals(const ImportReport& report) {
  std::vector<std::string> refusals;
  for (const RowRefusal& r : report.refusals) {
    refusals.push_back(std::to_string(r.row) + " " + r.field + " " + r.reason);
  }
  return refusals;
}

bool Met(const ImportReport& report, std::string_view defect) {
  for (const Finding& finding : report.findings) {
    if (finding.defect == defect) return true;
  }
  return false;
}

// In the form of the official spreadsheet, of invented content.
constexpr std::string_view kSample =
    "cas_CaseOwner,prs_Salutation,prs_FirstName,prs_SecondName,con_Consent,prs_Birthdate,prs_"
    "Gender,"
    "prs_Citizenship,vic_TraffickingStatus,vic_TraffickinStatusDecisionMakingOrg,"
    "vic_MethodOfRecruitment,vic_MethodsOfControl,vic_TypeOfExploitation,vic_ForcedLabourIndustry,"
    "cas_Status,cas_ReferringOrganisation,cas_IncomingReferralDate,cas_ReasonForIncomingReferral,"
    "cas_IncomingReferralDetails\n"
    "case.worker.synth,,TESTCASE-ALPHA,SYNTHETIC,TRUE,1999-01-01,Feminine,UT,"
    "PossibleVictimOfTrafficking,Police,ThroughFriendsOrSocialEvents,"
    "WithholdsDocuments;TakesEarnings,ForcedLabour,T_ActivitiesOfHouseholdsAsEmployers,Active,"
    "KE.DCI.SYNTH,2031-02-02,AdditionalServicesRequired,SYNTHETIC RECORD\n";

void ExpectSample(std::string_view csv) {
  const auto result = ImportHtcdsCsv(csv);
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->rows.size(), 1u);
  const ImportedRow& row = result->rows[0];
  EXPECT_EQ(row.row, 2u);
  EXPECT_EQ(row.birthdate, absl::CivilDay(1999, 1, 1));
  EXPECT_EQ(row.sections.size(), 4u);
  EXPECT_EQ(Json::parse(row.sections.at(v1::CATEGORY_IDENTITY_MIN)),
            (Json{{"given_name", "TESTCASE-ALPHA"}, {"year_of_birth", 1999}}));
  EXPECT_EQ(Json::parse(row.sections.at(v1::CATEGORY_DEMOGRAPHIC)),
            (Json{{"gender", "Feminine"}, {"citizenship", {"UT"}}}));
  EXPECT_EQ(Json::parse(row.sections.at(v1::CATEGORY_EXPLOITATION)),
            Json::parse(R"({"trafficking_status":"PossibleVictimOfTrafficking",
                "decision_org":"Police","recruitment":["ThroughFriendsOrSocialEvents"],
                "methods_of_control":["WithholdsDocuments","TakesEarnings"],
                "type_of_exploitation":["ForcedLabour"],
                "industry":["T_ActivitiesOfHouseholdsAsEmployers"]})"));
  for (const auto& [category, content] : row.sections) {
    EXPECT_THAT(content, Not(HasSubstr("onsent")));
    EXPECT_THAT(content, Not(HasSubstr("case.worker")));
  }
  EXPECT_TRUE(Met(result->report, "MACHINE_HEADER_MISSPELT"));
  EXPECT_TRUE(Met(result->report, "CONSENT_CHECKBOX_IGNORED"));
  EXPECT_TRUE(result->report.refusals.empty());
}

TEST(ImportHtcdsCsv, TheSampleRow) { ExpectSample(kSample); }

TEST(ImportHtcdsCsv, TheSharedSampleRow) {
  const auto path = tests::SharedFile("data/examples-synthetic/iom_htcds_row.csv");
  if (path.has_value()) ExpectSample(tests::ReadWhole(*path));
}

struct RefusalCase {
  const char* name;
  std::string row;
  std::vector<std::string> refusals;
};

TEST(ImportHtcdsCsv, RefusesRowsByNumberAndFieldNeverByContent) {
  const std::string header = "prs_FirstName,prs_Birthdate,prs_Gender,prs_MobilePhone,cas_Status\n";
  const RefusalCase cases[] = {
      {"too few columns", "SECRET,1999-01-01", {"2 row COLUMN_COUNT"}},
      {"too many columns", "SECRET,1999-01-01,,,,", {"2 row COLUMN_COUNT"}},
      {"bad date", "SECRET,01/02/SECRET,,,", {"2 prs_Birthdate DATE_INVALID"}},
      {"future date", "SECRET,2031-02-03,,,", {"2 prs_Birthdate DATE_IN_FUTURE"}},
      {"unknown code", "SECRET,,SECRET,,", {"2 prs_Gender CODE_UNKNOWN"}},
      {"unknown code in what is not carried", "SECRET,,,,SECRET", {"2 cas_Status CODE_UNKNOWN"}},
      {"bad UTF-8", "SECRET\xFF,,,,", {"2 prs_FirstName TEXT_INVALID"}},
      {"bad phone", "SECRET,,,SECRET,", {"2 prs_MobilePhone PHONE_INVALID"}},
      {"several", "SECRET,x,y,,", {"2 prs_Birthdate DATE_INVALID", "2 prs_Gender CODE_UNKNOWN"}},
      {"only administration", ",,,,Active", {"2 row ROW_EMPTY_OF_FACTS"}},
  };
  ImportOptions options;
  options.today = absl::CivilDay(2031, 2, 2);
  for (const RefusalCase& c : cases) {
    const auto result = ImportHtcdsCsv(header + c.row + "\nTESTCASE-2,,,,\n", options);
    ASSERT_TRUE(result.ok()) << c.name;
    EXPECT_EQ(Refusals(result->report), c.refusals) << c.name;
    EXPECT_EQ(result->report.rows_read, 2u) << c.name;
    ASSERT_EQ(result->rows.size(), 1u) << c.name;
    EXPECT_EQ(result->rows[0].row, 3u) << c.name;
    EXPECT_THAT(ToText(result->report) + ToJson(result->report), Not(HasSubstr("SECRET")));
  }
}

TEST(ImportHtcdsCsv, AQuoteThatCannotBePairedEndsTheReading) {
  const auto open = ImportHtcdsCsv(
      "prs_FirstName,prs_Gender\nTESTCASE-1,Feminine\nTESTCASE-2,\"Feminine\nTESTCASE-3,\n");
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->rows.size(), 1u);
  EXPECT_THAT(Refusals(open->report), ElementsAre("3 prs_Gender QUOTE_UNTERMINATED"));
  EXPECT_EQ(open->report.unread_from_row, 3u);

  const auto stray = ImportHtcdsCsv("prs_FirstName\n\"TESTCASE\"-1\nTESTCASE-2\n");
  ASSERT_TRUE(stray.ok());
  EXPECT_THAT(Refusals(stray->report), ElementsAre("2 prs_FirstName QUOTE_MALFORMED"));
  EXPECT_TRUE(stray->rows.empty());
}

TEST(ImportHtcdsCsv, AFileWithoutAHeaderIsRefused) {
  EXPECT_EQ(ErrorReason(ImportHtcdsCsv("").status()), "HEADER_UNRECOGNISED");
  EXPECT_EQ(ErrorReason(ImportHtcdsCsv("a,b\n").status()), "HEADER_UNRECOGNISED");
  EXPECT_EQ(ErrorReason(ImportHtcdsCsv("\"prs_FirstName\n").status()), "FILE_BROKEN");
}

TEST(ImportHtcdsCsv, NumberedEmptyRowsAreNoRows) {
  const auto result = ImportHtcdsCsv(",prs_FirstName\n1,TESTCASE-1\n2,\n3,\n");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->report.rows_read, 1u);
  EXPECT_TRUE(result->report.refusals.empty());
}

TEST(ImportHtcdsCsv, CountsTheRowsOfADefectOfCells) {
  const auto result = ImportHtcdsCsv(
      "prs_FirstName,vic_MethodsOfControl\nTESTCASE-1,RestrictsMovement\nTESTCASE-2,Debt bondage\n"
      "TESTCASE-3,RestrictsMovement\n");
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->report.findings.size(), 2u);
  EXPECT_EQ(result->report.findings[0].defect, "CODE_BY_LABEL");
  EXPECT_EQ(result->report.findings[0].rows, 1u);
  EXPECT_EQ(result->report.findings[1].defect, "CODE_MISSING_FROM_PICKLIST");
  EXPECT_EQ(result->report.findings[1].rows, 2u);
  EXPECT_EQ(result->report.findings[1].field, "vic_MethodsOfControl");
}

TEST(ImportHtcdsCsv, ATickedConsentChangesNothing) {
  const auto ticked = ImportHtcdsCsv("prs_FirstName,con_Consent\nTESTCASE-1,TRUE\n");
  const auto garbage = ImportHtcdsCsv("prs_FirstName,con_Consent\nTESTCASE-1,maybe\n");
  const auto without = ImportHtcdsCsv("prs_FirstName\nTESTCASE-1\n");
  ASSERT_TRUE(ticked.ok() && garbage.ok() && without.ok());
  EXPECT_EQ(ticked->rows.at(0).sections, without->rows.at(0).sections);
  EXPECT_EQ(garbage->rows.at(0).sections, without->rows.at(0).sections);
}

}  // namespace
}  // namespace amana::iom
