#include "broker/routing/sla.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/domain_table.h"

namespace amana::routing {
namespace {

// "PT1H", "P2D".
absl::Duration FromIso(const std::string& text) {
  const bool hours = text.starts_with("PT") && text.ends_with("H");
  const bool days = text.starts_with("P") && text.ends_with("D");
  EXPECT_TRUE(hours != days) << text;
  const int count = std::stoi(text.substr(hours ? 2 : 1));
  return hours ? absl::Hours(count) : absl::Hours(24 * count);
}

TEST(Sla, IsTheDomainTables) {
  const auto tables = tests::DomainTables("urgency_sla.csv");
  ASSERT_FALSE(tables.empty());
  for (const tests::DomainTable& table : tables) {
    ASSERT_EQ(table.rows.size(), 4u) << table.origin;
    for (const auto& row : table.rows) {
      v1::Urgency urgency = v1::URGENCY_UNSPECIFIED;
      ASSERT_TRUE(v1::Urgency_Parse("URGENCY_" + row.at("code"), &urgency)) << table.origin;
      EXPECT_EQ(DefaultSla(urgency),
                (SlaWindows{FromIso(row.at("ack_within")), FromIso(row.at("decide_within")),
                            FromIso(row.at("start_service_within"))}))
          << table.origin << ' ' << row.at("code");
    }
  }
  EXPECT_EQ(DefaultSla(v1::URGENCY_UNSPECIFIED), DefaultSla(v1::URGENCY_NORMAL));
}

}  // namespace
}  // namespace amana::routing
