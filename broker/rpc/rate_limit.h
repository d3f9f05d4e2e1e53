// How much one agency may ask: token buckets for calls and for submissions, and a quota of
// submissions a day. In memory: a restart begins anew.
#ifndef AMANA_BROKER_RPC_RATE_LIMIT_H_
#define AMANA_BROKER_RPC_RATE_LIMIT_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/ids.h"

namespace amana::rpc {

// A bucket of `burst` tokens that refills at `per_second`. Not thread-safe.
class TokenBucket {
 public:
  TokenBucket(double per_second, double burst, absl::Time now)
      : per_second_(per_second), burst_(burst), tokens_(burst), filled_(now) {}

  // All `tokens` or none: zero when they were taken, else how long until they will be there
  // (InfiniteDuration when they never will). A clock that goes back refills nothing.
  absl::Duration Take(double tokens, absl::Time now);

 private:
  double per_second_;
  double burst_;
  double tokens_;
  absl::Time filled_;
};

struct RateLimits {
  double calls_per_second = 5000;
  double calls_burst = 10000;
  double submissions_per_second = 20000;
  double submissions_burst = 20000;  // at least a batch: 64
  uint64_t submissions_per_day = 0;  // by UTC; 0: no quota
};

// Thread-safe.
class RateLimiter {
 public:
  RateLimiter(const RateLimits& limits, const Clock* clock) : limits_(limits), clock_(clock) {}

  absl::Status TakeCall(const AgencyId& agency);  // RATE_LIMITED
  // For a batch: all or none. RATE_LIMITED, QUOTA_EXCEEDED.
  absl::Status TakeSubmissions(const AgencyId& agency, uint64_t count);

 private:
  struct Account {
    TokenBucket calls;
    TokenBucket submissions;
    int64_t day = 0;  // since the epoch
    uint64_t submitted = 0;
  };
  Account& AccountOf(const AgencyId& agency, absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const RateLimits limits_;
  const Clock* const clock_;
  absl::Mutex mu_;
  absl::flat_hash_map<AgencyId, Account> accounts_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_RATE_LIMIT_H_
