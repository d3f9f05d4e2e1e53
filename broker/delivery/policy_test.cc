#include "broker/delivery/policy.h"

#include <gtest/gtest.h>

namespace amana::delivery {
namespace {

TEST(Backoff, DoublesUpToTheLongestAndJittersTheUpperHalf) {
  const Policy policy{.backoff_first = absl::Seconds(1), .backoff_longest = absl::Seconds(10)};
  const struct {
    uint32_t failures;
    double jitter;
    absl::Duration expected;
  } rows[] = {
      {0, 0.0, absl::Milliseconds(500)},
      {1, 0.0, absl::Milliseconds(500)},
      {1, 0.5, absl::Milliseconds(750)},
      {2, 0.0, absl::Seconds(1)},
      {4, 0.0, absl::Seconds(4)},
      {5, 0.0, absl::Seconds(5)},
      {4000000000u, 0.5, absl::Milliseconds(7500)},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Backoff(policy, row.failures, row.jitter), row.expected) << row.failures;
  }
}

TEST(Retention, TheShortestTimeOfWhatIsHeldCounts) {
  Retention keep{absl::Hours(10)};
  EXPECT_EQ(keep.For({v1::CATEGORY_MEDICAL}), absl::Hours(10));
  keep.of = {{v1::CATEGORY_MEDICAL, absl::Hours(2)},
             {v1::CATEGORY_RISK, absl::Hours(5)},
             {v1::CATEGORY_LEGAL, absl::Hours(90)}};
  EXPECT_EQ(keep.For({}), absl::Hours(10));
  EXPECT_EQ(keep.For({v1::CATEGORY_IDENTITY}), absl::Hours(10));
  EXPECT_EQ(keep.For({v1::CATEGORY_RISK, v1::CATEGORY_IDENTITY}), absl::Hours(5));
  EXPECT_EQ(keep.For(codes::kAllCategories), absl::Hours(2));
  EXPECT_EQ(keep.For({v1::CATEGORY_LEGAL}), absl::Hours(10)) << "never longer than the rest";
}

}  // namespace
}  // namespace amana::delivery
