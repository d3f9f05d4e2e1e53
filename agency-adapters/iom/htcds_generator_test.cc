#include "agency-adapters/iom/htcds_generator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agency-adapters/iom/htcds_csv.h"

namespace amana::iom {
namespace {

using ::testing::HasSubstr;

TEST(GenerateHtcdsCsv, TheSameSeedMakesTheSameFile) {
  EXPECT_EQ(GenerateHtcdsCsv({.seed = 7}), GenerateHtcdsCsv({.seed = 7}));
  EXPECT_NE(GenerateHtcdsCsv({.seed = 7}), GenerateHtcdsCsv({.seed = 8}));
}

TEST(GenerateHtcdsCsv, EveryRowIsImportedWhateverTheSeed) {
  for (const HeaderForm form : {HeaderForm::kOfficial, HeaderForm::kMachine}) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      const std::string csv = GenerateHtcdsCsv({.seed = seed, .rows = 50, .header = form});
      const auto result = ImportHtcdsCsv(csv);
      ASSERT_TRUE(result.ok()) << result.status();
      EXPECT_TRUE(result->report.refusals.empty()) << seed << "\n" << ToText(result->report);
      ASSERT_EQ(result->rows.size(), 50u);
      for (const ImportedRow& row : result->rows) {
        EXPECT_TRUE(row.sections.contains(v1::CATEGORY_IDENTITY_MIN));
        EXPECT_TRUE(row.sections.contains(v1::CATEGORY_IDENTITY));
        EXPECT_TRUE(row.sections.contains(v1::CATEGORY_DEMOGRAPHIC));
        EXPECT_TRUE(row.birthdate.has_value());
      }
    }
  }
}

TEST(GenerateHtcdsCsv, BothHeadersCarryTheSameFacts) {
  const auto official = ImportHtcdsCsv(GenerateHtcdsCsv({.rows = 30}));
  const auto machine =
      ImportHtcdsCsv(GenerateHtcdsCsv({.rows = 30, .header = HeaderForm::kMachine}));
  ASSERT_TRUE(official.ok() && machine.ok());
  ASSERT_EQ(official->rows.size(), machine->rows.size());
  for (size_t i = 0; i < official->rows.size(); ++i) {
    EXPECT_EQ(official->rows[i].sections, machine->rows[i].sections);
  }
  EXPECT_EQ(official->rows[0].row, 3u);
  EXPECT_EQ(machine->rows[0].row, 2u);
}

TEST(GenerateHtcdsCsv, SaysThatItIsSynthetic) {
  const auto result = ImportHtcdsCsv(GenerateHtcdsCsv({.rows = 5, .last_birth_year = 1990}));
  ASSERT_TRUE(result.ok());
  for (const ImportedRow& row : result->rows) {
    EXPECT_THAT(row.sections.at(v1::CATEGORY_IDENTITY), HasSubstr("SYNTHETIC"));
    EXPECT_THAT(row.sections.at(v1::CATEGORY_IDENTITY_MIN), HasSubstr("TESTCASE-"));
    EXPECT_LE(row.birthdate->year(), 1990);
  }
}

}  // namespace
}  // namespace amana::iom
