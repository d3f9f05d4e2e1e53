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

}  // namespace
}  // namespace amana::delivery
