#include "agency-adapters/cli/report.h"

#include <gtest/gtest.h>

#include "base/status.h"

namespace amana::cli {
namespace {

TEST(Report, AnErrorHasReasonFieldMessageAndHint) {
  const absl::Status error =
      MakeError(absl::StatusCode::kNotFound, "CONSENT_MISSING", "consent", "no such consent");
  EXPECT_EQ(ErrorText(error),
            "amana: CONSENT_MISSING (consent): no such consent\n"
            "  hint: register the consent first: `amana consent grant`\n");
  const Json json = ErrorJson(error);
  EXPECT_EQ(json["error"], "CONSENT_MISSING");
  EXPECT_EQ(json["field"], "consent");
  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(ErrorText(absl::InternalError("bare")), "amana: FAILED: bare\n");
}

TEST(Table, AlignsAndIsEmptyWithoutRows) {
  Table table({"ID", "STATE"});
  EXPECT_EQ(table.Text(), "");
  table.Add({"1", "PENDING"});
  table.Add({"1234", ""});
  EXPECT_EQ(table.Text(), "ID    STATE\n1     PENDING\n1234\n");
}

TEST(Report, TimesAreUtc) {
  EXPECT_EQ(Rfc3339Millis(0), "");
  EXPECT_EQ(Rfc3339Millis(1927872000999), "2031-02-03T08:00:00Z");
}

}  // namespace
}  // namespace amana::cli
