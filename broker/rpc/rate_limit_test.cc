#include "broker/rpc/rate_limit.h"

#include "amana/v1/error_details.pb.h"
#include "base/status.h"
#include "broker/rpc/errors.h"
#include "gtest/gtest.h"

namespace amana::rpc {
namespace {

const absl::Time kNoon = absl::FromCivil(absl::CivilHour(2024, 5, 1, 12), absl::UTCTimeZone());

AgencyId Agency(const char* name) { return AgencyId::Create(name).value(); }

absl::Duration RetryAfter(const absl::Status& status) {
  v1::RetryInfo info;
  const auto payload = status.GetPayload(kRetryInfoUrl);
  EXPECT_TRUE(payload.has_value());
  EXPECT_TRUE(payload.has_value() && info.ParseFromString(std::string(*payload)));
  return absl::Seconds(info.retry_delay().seconds()) +
         absl::Nanoseconds(info.retry_delay().nanos());
}

TEST(TokenBucketTest, Table) {
  struct Row {
    int at_ms;
    double tokens;
    absl::Duration wait;
  };
  // 10 a second, 5 at once.
  const Row rows[] = {
      {0, 5, absl::ZeroDuration()},          {0, 1, absl::Milliseconds(100)},
      {50, 1, absl::Milliseconds(50)},       {100, 1, absl::ZeroDuration()},
      {400, 3, absl::ZeroDuration()},        {400, 4, absl::Milliseconds(400)},
      {300, 4, absl::Milliseconds(400)},  // the clock went back: nothing refilled
      {400, 1, absl::ZeroDuration()},     // and goes on from there
      {60'000, 5, absl::ZeroDuration()},  // never more than the burst
      {60'000, 6, absl::InfiniteDuration()},
  };
  TokenBucket bucket(10, 5, kNoon);
  for (const Row& row : rows) {
    const absl::Duration wait = bucket.Take(row.tokens, kNoon + absl::Milliseconds(row.at_ms));
    if (row.wait == absl::InfiniteDuration()) {
      EXPECT_EQ(wait, row.wait);
    } else {
      EXPECT_LT(absl::AbsDuration(wait - row.wait), absl::Milliseconds(1)) << row.at_ms;
    }
  }
}

TEST(RateLimiterTest, EachAgencyHasItsOwnRate) {
  FakeClock clock(kNoon);
  RateLimiter limiter({.calls_per_second = 2, .calls_burst = 2}, &clock);
  EXPECT_TRUE(limiter.TakeCall(Agency("a")).ok());
  EXPECT_TRUE(limiter.TakeCall(Agency("a")).ok());
  const absl::Status third = limiter.TakeCall(Agency("a"));
  EXPECT_EQ(third.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorReason(third), "RATE_LIMITED");
  EXPECT_EQ(RetryAfter(third), absl::Milliseconds(500));
  EXPECT_TRUE(limiter.TakeCall(Agency("b")).ok());
  clock.Advance(RetryAfter(third));
  EXPECT_TRUE(limiter.TakeCall(Agency("a")).ok());
}

TEST(RateLimiterTest, ABatchIsTakenWhollyOrNotAtAll) {
  FakeClock clock(kNoon);
  RateLimiter limiter({.submissions_per_second = 64, .submissions_burst = 100}, &clock);
  EXPECT_TRUE(limiter.TakeSubmissions(Agency("a"), 64).ok());
  EXPECT_EQ(ErrorReason(limiter.TakeSubmissions(Agency("a"), 64)), "RATE_LIMITED");
  EXPECT_TRUE(limiter.TakeSubmissions(Agency("a"), 36).ok());
}

TEST(RateLimiterTest, TheQuotaIsOfADayInUtc) {
  FakeClock clock(kNoon);
  RateLimiter limiter({.submissions_per_day = 100}, &clock);
  EXPECT_TRUE(limiter.TakeSubmissions(Agency("a"), 64).ok());
  const absl::Status over = limiter.TakeSubmissions(Agency("a"), 64);
  EXPECT_EQ(ErrorReason(over), "QUOTA_EXCEEDED");
  EXPECT_EQ(RetryAfter(over), absl::Hours(12));
  EXPECT_TRUE(limiter.TakeSubmissions(Agency("a"), 36).ok());
  EXPECT_TRUE(limiter.TakeSubmissions(Agency("b"), 100).ok());
  clock.Advance(absl::Hours(12));
  EXPECT_TRUE(limiter.TakeSubmissions(Agency("a"), 100).ok());
}

}  // namespace
}  // namespace amana::rpc
