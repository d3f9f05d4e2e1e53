#include "agency-adapters/iom/pg_schema.h"

#include <thread>

#include "agency-adapters/iom/htcds_fields.h"
#include "agency-adapters/iom/pg_for_test.h"
#include "base/status.h"

namespace amana::iom {
namespace {

class PgSchemaTest : public PgTest {};

TEST_F(PgSchemaTest, EachScriptIsAppliedOnceWhoeverComes) {
  const char* const scripts[] = {"CREATE TABLE amana.a (n integer)",
                                 "INSERT INTO amana.a VALUES (1); INSERT INTO amana.a VALUES (2)"};
  std::vector<std::thread> programs;
  std::vector<absl::Status> ended(4);
  for (absl::Status& status : ended) {
    programs.emplace_back([&status, &scripts] {
      const auto session = Session();
      status = Migrate(*session, scripts);
    });
  }
  for (std::thread& program : programs) program.join();
  for (const absl::Status& status : ended) EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(One("SELECT count(*) FROM amana.a"), "2");
  EXPECT_EQ(One("SELECT count(*) FROM amana.schema_version"), "2");
}

TEST_F(PgSchemaTest, AScriptThatFailsLeavesNothingAndTheNextStartGoesOn) {
  const auto session = Session();
  const char* const broken[] = {"CREATE TABLE amana.a (n integer)",
                                "INSERT INTO amana.a VALUES (1); SELECT 1/0"};
  EXPECT_FALSE(Migrate(*session, broken).ok());
  EXPECT_EQ(One("SELECT count(*) FROM amana.a"), "0");
  EXPECT_EQ(One("SELECT max(version) FROM amana.schema_version"), "1");
  const char* const mended[] = {broken[0], "INSERT INTO amana.a VALUES (1)"};
  EXPECT_TRUE(Migrate(*session, mended).ok());
  EXPECT_EQ(One("SELECT count(*) FROM amana.a"), "1");
  EXPECT_EQ(ErrorReason(Migrate(*session, std::span(mended).first(1))), "SCHEMA_TOO_NEW");
}

TEST_F(PgSchemaTest, TheViewHasAColumnForEveryFieldThatAReferralCarries) {
  const auto session = Session();
  ASSERT_TRUE(Migrate(*session, CaseTableScripts()).ok());
  const std::vector<std::string> columns =
      Do("SELECT column_name FROM information_schema.columns WHERE table_schema = 'amana' AND "
         "table_name = 'htcds_cases'");
  for (const Field& field : AllFields()) {
    const bool there = std::ranges::find(columns, field.name) != columns.end();
    EXPECT_EQ(there, field.use == FieldUse::kCarried) << field.name;
  }
}

}  // namespace
}  // namespace amana::iom
