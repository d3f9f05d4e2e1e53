#include "agency-adapters/iom/import_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace amana::iom {
namespace {

ImportReport Report() {
  ImportReport report;
  report.rows_read = 3;
  report.rows_imported = 1;
  report.findings = {{"ONLY_LABELS", "", "", "columns were read by their labels", 0},
                     {"CODE_BY_LABEL", "S", "vic_TraffickingStatus", "the code was taken", 1}};
  report.refusals = {{4, "prs_Birthdate", "DATE_INVALID", "a calendar date as YYYY-MM-DD"},
                     {5, "B", "QUOTE_UNTERMINATED", "a quote is opened and never closed"}};
  report.unread_from_row = 5;
  return report;
}

TEST(ImportReport, AsText) {
  EXPECT_EQ(ToText(Report()),
            "3 rows read, 1 imported, 2 refused\n"
            "nothing was read after row 5: correct its quotes and import the file again\n"
            "note: ONLY_LABELS: columns were read by their labels\n"
            "note: CODE_BY_LABEL, column S, vic_TraffickingStatus, 1 row: the code was taken\n"
            "row 4: DATE_INVALID, prs_Birthdate: a calendar date as YYYY-MM-DD\n"
            "row 5: QUOTE_UNTERMINATED, B: a quote is opened and never closed\n");
}

TEST(ImportReport, AsJson) {
  const nlohmann::json json = nlohmann::json::parse(ToJson(Report()));
  EXPECT_EQ(json["rows_refused"], 2);
  EXPECT_EQ(json["unread_from_row"], 5);
  EXPECT_EQ(json["findings"][1]["rows"], 1);
  EXPECT_FALSE(json["findings"][0].contains("field"));
  EXPECT_EQ(json["refusals"][0], (nlohmann::json{{"row", 4},
                                                 {"field", "prs_Birthdate"},
                                                 {"reason", "DATE_INVALID"},
                                                 {"hint", "a calendar date as YYYY-MM-DD"}}));
}

TEST(ImportReport, AHeaderThatIsNotUtf8DoesNotBreakIt) {
  ImportReport report;
  report.findings = {{"COLUMN_UNKNOWN", "A", "\xFF", "ignored", 0}};
  EXPECT_TRUE(nlohmann::json::accept(ToJson(report)));
}

}  // namespace
}  // namespace amana::iom
