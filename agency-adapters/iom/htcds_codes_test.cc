#include "agency-adapters/iom/htcds_codes.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agency-adapters/formats/csv_records.h"
#include "tests/support/shared.h"

namespace amana::iom {
namespace {

using Lists = std::map<std::string, std::vector<std::pair<std::string, std::string>>>;

TEST(HtcdsCodes, AreTheStandardsOwn) {
  const auto path = tests::SharedFile("data/htcds/htcds_2.0_codes.csv");
  if (!path.has_value()) return;  // the table below it stands for itself
  Lists standard;
  for (const formats::CsvRecord& record :
       formats::ReadCsvRecords(tests::ReadWhole(*path)).records) {
    if (record.row == 1) continue;
    ASSERT_EQ(record.cells.size(), 3u);
    standard[record.cells[0]].emplace_back(record.cells[1], record.cells[2]);
  }
  Lists ours;
  for (const CodeList& list : AllCodeLists()) {
    auto& codes = ours[std::string(list.field)];
    for (const Code& code : list.codes) {
      if (!code.missing_from_picklist) codes.emplace_back(code.name, code.label);
    }
  }
  EXPECT_EQ(ours, standard);
}

TEST(HtcdsCodes, HaveNoNameTwice) {
  EXPECT_EQ(AllCodeLists().size(), 21u);
  for (const CodeList& list : AllCodeLists()) {
    for (const Code& code : list.codes) EXPECT_EQ(FindCode(list, code.name), &code) << code.name;
  }
}

TEST(HtcdsCodes, AreFoundByNameAndByLabelVerbatim) {
  const CodeList* list = FindCodeList("vic_TypeOfExploitation");
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(FindCode(*list, "ForcedLabour")->label, "Forced labour");
  EXPECT_EQ(FindCode(*list, "Forced labour")->name, "ForcedLabour");
  EXPECT_EQ(FindCode(*list, "forcedlabour"), nullptr);
  EXPECT_EQ(FindCode(*list, ""), nullptr);
  EXPECT_EQ(FindCodeList("prs_FirstName"), nullptr);
}

TEST(HtcdsCodes, RestrictsMovementIsTheOneMissingFromItsPicklist) {
  int missing = 0;
  for (const CodeList& list : AllCodeLists()) {
    for (const Code& code : list.codes) missing += code.missing_from_picklist ? 1 : 0;
  }
  EXPECT_EQ(missing, 1);
  EXPECT_TRUE(
      FindCode(*FindCodeList("vic_MethodsOfControl"), "RestrictsMovement")->missing_from_picklist);
}

TEST(HtcdsCodes, CountriesAreAlphaTwo) {
  for (const char* code : {"KE", "UG", "AF", "ZW", "UT", "UTO"}) EXPECT_TRUE(IsCountry(code));
  for (const char* code : {"", "K", "ke", "EK", "KEN", "FA"}) EXPECT_FALSE(IsCountry(code)) << code;
}

}  // namespace
}  // namespace amana::iom
