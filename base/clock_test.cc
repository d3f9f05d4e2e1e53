#include "base/clock.h"

#include <thread>

#include "gtest/gtest.h"

namespace amana {
namespace {

TEST(ClockTest, FakeStandsStillUntilMoved) {
  const absl::Time start = FromUnixMillis(1'700'000'000'000);
  FakeClock clock(start);
  EXPECT_EQ(clock.Now(), start);
  EXPECT_EQ(clock.Now(), start);
  clock.Advance(absl::Hours(2));
  EXPECT_EQ(clock.Now(), start + absl::Hours(2));
  clock.Set(start - absl::Seconds(1));  // clocks do run backwards
  EXPECT_EQ(clock.Now(), start - absl::Seconds(1));
}

TEST(ClockTest, FakeSaysWhetherItIsSynchronised) {
  FakeClock clock(absl::UnixEpoch());
  EXPECT_TRUE(clock.Synchronised());
  clock.SetSynchronised(false);
  EXPECT_FALSE(clock.Synchronised());
}

TEST(ClockTest, FakeMayBeMovedFromOtherThreads) {
  FakeClock clock(absl::UnixEpoch());
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) clock.Advance(absl::Milliseconds(1));
  });
  while (clock.Now() < absl::UnixEpoch() + absl::Seconds(1)) std::this_thread::yield();
  other.join();
  EXPECT_EQ(ToUnixMillis(clock.Now()), 1000);
}

TEST(ClockTest, SystemClockTellsTheTime) {
  const SystemClock clock(ClockSync::kTrusted);
  const absl::Time before = absl::Now(), now = clock.Now(), after = absl::Now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
  EXPECT_TRUE(clock.Synchronised());
}

TEST(ClockTest, MillisecondsRoundDown) {
  EXPECT_EQ(ToUnixMillis(absl::UnixEpoch() + absl::Microseconds(1999)), 1);
  EXPECT_EQ(ToUnixMillis(absl::UnixEpoch() - absl::Microseconds(1)), -1);
  EXPECT_EQ(ToUnixMillis(FromUnixMillis(123)), 123);
}

}  // namespace
}  // namespace amana
