#include "broker/delivery/policy.h"

#include <algorithm>

namespace amana::delivery {

absl::Duration Retention::For(codes::CategorySet holds) const {
  absl::Duration shortest = all;
  for (const auto& [category, keep] : of) {
    if (holds.Has(category)) shortest = std::min(shortest, keep);
  }
  return shortest;
}

absl::Duration Backoff(const Policy& policy, uint32_t failures, double jitter) {
  const uint32_t doublings = std::min<uint32_t>(failures > 0 ? failures - 1 : 0, 30);
  const absl::Duration full =
      std::min(policy.backoff_first * (int64_t{1} << doublings), policy.backoff_longest);
  return full / 2 + full / 2 * jitter;
}

}  // namespace amana::delivery
