// `amana audit count` over a mirror of the real broker's log: what its table does not show is not
// beside it either.
#include <gmock/gmock.h>

#include "agency-adapters/cli/broker_for_test.h"

namespace amana::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class AuditCountTest : public AmanaBrokerTest {};

TEST_F(AuditCountTest, WhatIsSuppressedIsNotToldBesideTheTable) {
  const std::string consent = Grant();
  for (int i = 0; i < 2; ++i) Send(consent);
  EXPECT_EQ(Run("intake", {"inbox", "watch", "--once"})["received"], 2);
  Run("auditor", {"audit", "mirror", File("mirror")});
  const Json counts = Run(
      "auditor", {"audit", "count", File("mirror"), "--of", "deliveries", "--by", "agency,kind"});
  ASSERT_EQ(counts["rows"].size(), 4u) << counts;
  for (const Json& row : counts["rows"]) EXPECT_EQ(row["count"], "<5") << counts;
  EXPECT_EQ(counts["without_key"], true);
  EXPECT_EQ(counts["unmeasured"], "<5");
  EXPECT_EQ(counts["unsure"], 0);
  EXPECT_THAT(counts.dump(), Not(HasSubstr("2")));

  Run("auditor", {"audit", "count", File("mirror"), "--of", "deliveries", "--by", "agency",
                  "--format", "csv", "--out", File("counts.csv")});
  EXPECT_THAT(*RealFileSystem().Read(File("counts.csv")), Not(HasSubstr("2")));
}

}  // namespace
}  // namespace amana::cli
