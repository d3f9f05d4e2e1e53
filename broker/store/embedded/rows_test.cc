#include <limits>

#include "broker/store/embedded/consent_rows.h"
#include "broker/store/embedded/log_rows.h"
#include "broker/store/embedded/page_token.h"
#include "broker/store/embedded/row.h"
#include "broker/store/suite.h"
#include "gtest/gtest.h"

namespace amana::store::embedded {
namespace {

TEST(RowsTest, TimesSurvive) {
  for (absl::Time time : {absl::InfiniteFuture(), absl::InfinitePast(), absl::UnixEpoch(),
                          FromUnixMillis(-1), FromUnixMillis(1'750'000'000'123)}) {
    EXPECT_EQ(TimeFromRow(TimeToRow(time)), time);
  }
}

TEST(RowsTest, ADigestIsOfTheFieldsAndTheirBounds) {
  const auto digest = [](std::string_view a, std::string_view b) {
    return std::string(RowHasher("x").Add(a).Add(b).Finish().view());
  };
  EXPECT_EQ(digest("ab", "c"), digest("ab", "c"));
  EXPECT_NE(digest("ab", "c"), digest("a", "bc"));
  const auto bodies = [](std::string_view a, std::string_view b) {
    return std::string(RowHasher("x").Finish({a, b}).view());
  };
  EXPECT_NE(bodies("ab", "c"), bodies("a", "bc"));
  EXPECT_NE(std::string(RowHasher("x").Add(1).Finish().view()),
            std::string(RowHasher("y").Add(1).Finish().view()));
}

TEST(RowsTest, FieldsOfEventsInFewBytes) {
  events::FieldValues fields;
  EXPECT_EQ(FieldsToRow(fields).size(), 3u);
  fields[0] = "a";
  fields[7] = std::string(127, 'b');
  fields[8] = std::string(128, 'c');
  fields[23] = std::string(70'000, 'd');
  const std::string bytes = FieldsToRow(fields);
  EXPECT_EQ(FieldsFromRow(bytes), fields);
  EXPECT_FALSE(FieldsFromRow(bytes + "x").has_value());
  for (size_t size : {0u, 2u, 3u, 100u}) {
    EXPECT_FALSE(FieldsFromRow(bytes.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(FieldsFromRow(std::string("\x01\0\0\xff\xff\xff\xff\xff\xff", 9)).has_value());
}

TEST(RowsTest, ConsentFactsCutShortOrLongAreRefused) {
  const std::string bytes = FactsToRow(SampleConsent(1, 2));
  const auto whole = ConsentFromRow(bytes);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(Print(*whole), Print(SampleConsent(1, 2)));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ConsentFromRow(bytes.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(ConsentFromRow(bytes + '\0').has_value());
  EXPECT_FALSE(ConsentFromRow(FactsToRow(SampleExclusion(1))).has_value());
  EXPECT_FALSE(ExclusionFromRow(bytes).has_value());
}

TEST(RowsTest, PageTokensHaveOneForm) {
  const DeliveryKey key = SampleDelivery(7).key;
  EXPECT_EQ(ParseDeliveryToken(TokenOf(key)).value(), key);
  EXPECT_EQ(ParseReferralToken(TokenOf(SampleKey(7))).value(), SampleKey(7));
  EXPECT_FALSE(ParseReferralToken(TokenOf(key)).ok());
  EXPECT_FALSE(ParseDeliveryToken(TokenOf(SampleKey(7))).ok());
  EXPECT_FALSE(ParseReferralToken(TokenOf(SampleKey(7)) + " ").ok());
  EXPECT_EQ(PageSize({0, ""}), 1u);
  EXPECT_EQ(PageSize({std::numeric_limits<uint32_t>::max(), ""}), 1000u);
}

}  // namespace
}  // namespace amana::store::embedded
