#include "broker/rpc/rate_limit.h"

#include <algorithm>

#include "broker/rpc/errors.h"

namespace amana::rpc {

absl::Duration TokenBucket::Take(double tokens, absl::Time now) {
  if (now > filled_) {
    tokens_ = std::min(burst_, tokens_ + per_second_ * absl::ToDoubleSeconds(now - filled_));
  }
  filled_ = now;
  if (tokens > burst_) return absl::InfiniteDuration();
  if (tokens <= tokens_) {
    tokens_ -= tokens;
    return absl::ZeroDuration();
  }
  return absl::Seconds((tokens - tokens_) / per_second_);
}

RateLimiter::Account& RateLimiter::AccountOf(const AgencyId& agency, absl::Time now) {
  const Account fresh{
      .calls = TokenBucket(limits_.calls_per_second, limits_.calls_burst, now),
      .submissions = TokenBucket(limits_.submissions_per_second, limits_.submissions_burst, now)};
  return accounts_.try_emplace(agency, fresh).first->second;
}

absl::Status RateLimiter::TakeCall(const AgencyId& agency) {
  const absl::Time now = clock_->Now();
  absl::MutexLock lock(&mu_);
  const absl::Duration wait = AccountOf(agency, now).calls.Take(1, now);
  return wait == absl::ZeroDuration() ? absl::OkStatus() : RateLimited(wait);
}

absl::Status RateLimiter::TakeSubmissions(const AgencyId& agency, uint64_t count) {
  const absl::Time now = clock_->Now();
  const int64_t day = absl::ToUnixSeconds(now) / 86400;
  absl::MutexLock lock(&mu_);
  Account& account = AccountOf(agency, now);
  if (account.day != day) {
    account.day = day;
    account.submitted = 0;
  }
  if (limits_.submissions_per_day > 0 && account.submitted + count > limits_.submissions_per_day) {
    return QuotaExceeded(absl::FromUnixSeconds((day + 1) * 86400) - now);
  }
  const absl::Duration wait = account.submissions.Take(static_cast<double>(count), now);
  if (wait != absl::ZeroDuration()) return RateLimited(wait);
  account.submitted += count;
  return absl::OkStatus();
}

}  // namespace amana::rpc
