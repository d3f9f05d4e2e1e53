#include "agency-adapters/iom/htcds_cell.h"

#include <gtest/gtest.h>

namespace amana::iom {
namespace {

using Json = nlohmann::json;

struct Case {
  const char* field;
  std::string text;
  Json value;
  const char* reason;
};

TEST(ReadCell, AcceptsAndRefuses) {
  const Case cases[] = {
      {"prs_FirstName", " TESTCASE-1 ", "TESTCASE-1", ""},
      {"prs_FirstName", "", nullptr, ""},
      {"prs_FirstName", "   ", nullptr, ""},
      {"prs_FirstName", "\xC3\x28", nullptr, "TEXT_INVALID"},
      {"prs_FirstName", "\xED\xA0\x80", nullptr, "TEXT_INVALID"},
      {"prs_FirstName", std::string("a\0b", 3), nullptr, "TEXT_INVALID"},
      {"prs_FirstName", "\x1B[2J", nullptr, "TEXT_INVALID"},
      {"prs_FirstName", std::string(kMaxCellSize + 1, 'x'), nullptr, "TEXT_TOO_LONG"},
      {"prs_Birthdate", "1999-01-31", "1999-01-31", ""},
      {"prs_Birthdate", "2000-02-29", "2000-02-29", ""},
      {"prs_Birthdate", "1999-02-29", nullptr, "DATE_INVALID"},
      {"prs_Birthdate", "1999-13-01", nullptr, "DATE_INVALID"},
      {"prs_Birthdate", "1999-00-01", nullptr, "DATE_INVALID"},
      {"prs_Birthdate", "1999-01-00", nullptr, "DATE_INVALID"},
      {"prs_Birthdate", "01/02/1999", nullptr, "DATE_INVALID"},
      {"prs_Birthdate", "1999-1-1", nullptr, "DATE_INVALID"},
      {"prs_Birthdate", "1999-01-01T00:00", nullptr, "DATE_INVALID"},
      {"prs_Birthdate", "0099-01-01", nullptr, "DATE_INVALID"},
      {"prs_Birthdate", "36161", nullptr, "DATE_INVALID"},
      {"prs_Birthdate", "2031-02-03", nullptr, "DATE_IN_FUTURE"},
      {"prs_Birthdate", "2031-02-02", "2031-02-02", ""},
      {"prs_Gender", "Feminine", "Feminine", ""},
      {"prs_Gender", "F", nullptr, "CODE_UNKNOWN"},
      {"prs_Gender", "Feminine;Masculine", nullptr, "CODE_UNKNOWN"},
      {"vic_MethodsOfControl", "WithholdsDocuments; TakesEarnings;",
       Json{"WithholdsDocuments", "TakesEarnings"}, ""},
      {"vic_MethodsOfControl", "TakesEarnings;TakesEarnings", Json::array({"TakesEarnings"}), ""},
      {"vic_MethodsOfControl", "TakesEarnings WithholdsDocuments", nullptr, "CODE_UNKNOWN"},
      {"vic_MethodsOfControl", "TakesEarnings;Locks", nullptr, "CODE_UNKNOWN"},
      {"vic_MethodsOfControl", " ; ", nullptr, ""},
      {"prs_Citizenship", "KE;UG", Json{"KE", "UG"}, ""},
      {"prs_Citizenship", "Kenya", nullptr, "COUNTRY_UNKNOWN"},
      {"prs_MobilePhone", "+254 (700) 000-000", "+254700000000", ""},
      {"prs_MobilePhone", "0700000000", nullptr, "PHONE_INVALID"},
      {"prs_MobilePhone", "+1234567890123456", nullptr, "PHONE_INVALID"},
      {"prs_MobilePhone", "ask", nullptr, "PHONE_INVALID"},
      {"prs_NumberOfChildren", "3", 3, ""},
      {"prs_NumberOfChildren", "0", 0, ""},
      {"prs_NumberOfChildren", "-1", nullptr, "NUMBER_INVALID"},
      {"prs_NumberOfChildren", "2.5", nullptr, "NUMBER_INVALID"},
      {"prs_NumberOfChildren", "many", nullptr, "NUMBER_INVALID"},
      {"hte_Latitude", "-1.5", -1.5, ""},
      {"hte_Latitude", "181", nullptr, "NUMBER_INVALID"},
      {"hte_Latitude", "nan", nullptr, "NUMBER_INVALID"},
      {"prs_Deceased", "TRUE", true, ""},
      {"prs_Deceased", "0", false, ""},
      {"prs_Deceased", "yes", nullptr, "CHECKBOX_INVALID"},
  };
  CellRules rules;
  rules.today = absl::CivilDay(2031, 2, 2);
  for (const Case& c : cases) {
    const Cell cell = ReadCell(*FindField(c.field), c.text, rules);
    EXPECT_EQ(cell.reason, c.reason) << c.field << " " << c.text;
    EXPECT_EQ(cell.value, c.value) << c.field << " " << c.text;
    EXPECT_EQ(cell.hint.empty(), cell.reason.empty()) << c.field;
  }
}

TEST(ReadCell, AnXlsFormDividesCodesBySpacesToo) {
  CellRules rules;
  rules.xlsform = true;
  const Field& field = *FindField("vic_MethodsOfControl");
  EXPECT_EQ(ReadCell(field, "TakesEarnings WithholdsDocuments", rules).value,
            (Json{"TakesEarnings", "WithholdsDocuments"}));
  EXPECT_EQ(ReadCell(field, "Takes earnings", rules).value, Json::array({"TakesEarnings"}));
  EXPECT_EQ(ReadCell(field, "TakesEarnings Locks", rules).reason, "CODE_UNKNOWN");
}

TEST(ReadCell, SaysWhenALabelStoodForACode) {
  const Field& field = *FindField("vic_TraffickingStatus");
  const Cell label = ReadCell(field, "Possible victim of trafficking", {});
  EXPECT_EQ(label.value, "PossibleVictimOfTrafficking");
  EXPECT_TRUE(label.by_label);
  EXPECT_FALSE(ReadCell(field, "PossibleVictimOfTrafficking", {}).by_label);
}

TEST(ReadCell, SaysWhenTheCodeIsMissingFromThePicklist) {
  const Field& field = *FindField("vic_MethodsOfControl");
  const Cell cell = ReadCell(field, "DebtBondage;RestrictsMovement", {});
  EXPECT_EQ(cell.value, (Json{"DebtBondage", "RestrictsMovement"}));
  EXPECT_TRUE(cell.code_missing_from_picklist);
  EXPECT_FALSE(ReadCell(field, "DebtBondage", {}).code_missing_from_picklist);
}

}  // namespace
}  // namespace amana::iom
