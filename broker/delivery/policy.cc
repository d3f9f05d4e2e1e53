#include "broker/delivery/policy.h"

#include <algorithm>

namespace amana::delivery {

absl::Duration Backoff(const Policy& policy, uint32_t failures, double jitter) {
  const uint32_t doublings = std::min<uint32_t>(failures > 0 ? failures - 1 : 0, 30);
  const absl::Duration full =
      std::min(policy.backoff_first * (int64_t{1} << doublings), policy.backoff_longest);
  return full / 2 + full / 2 * jitter;
}

}  // namespace amana::delivery
