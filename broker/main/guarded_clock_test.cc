#include "broker/main/guarded_clock.h"

#include "gtest/gtest.h"

namespace amana::broker {
namespace {

class GuardedClockTest : public testing::Test {
 protected:
  // Real time passes by `steady`, the wall clock shows `wall` more.
  bool Pass(absl::Duration steady, absl::Duration wall) {
    steady_ += steady;
    wall_.Advance(wall);
    return clock_.Look();
  }

  FakeClock wall_{absl::FromUnixSeconds(1714560000)};
  absl::Duration steady_ = absl::Seconds(100);
  GuardedClock clock_{&wall_, absl::Minutes(1), [this] { return steady_; }};
};

TEST_F(GuardedClockTest, GoesWithTheInnerClock) {
  EXPECT_EQ(clock_.Now(), wall_.Now());
  EXPECT_TRUE(clock_.Synchronised());
  wall_.SetSynchronised(false);
  EXPECT_FALSE(clock_.Synchronised());
  EXPECT_FALSE(clock_.held());
}

TEST_F(GuardedClockTest, TimeThatPassesIsNoJump) {
  EXPECT_FALSE(Pass(absl::Hours(30), absl::Hours(30)));  // a machine that slept
  EXPECT_FALSE(Pass(absl::Seconds(1), absl::Seconds(61)));
  EXPECT_FALSE(Pass(absl::Seconds(60), absl::ZeroDuration()));
  EXPECT_TRUE(clock_.Synchronised());
}

TEST_F(GuardedClockTest, AJumpHoldsForGood) {
  EXPECT_TRUE(Pass(absl::Seconds(1), absl::Seconds(62)));
  EXPECT_FALSE(clock_.Synchronised());
  EXPECT_FALSE(Pass(absl::Seconds(1), absl::Seconds(1)));
  EXPECT_TRUE(Pass(absl::Seconds(1), -absl::Seconds(60)));  // and back
  EXPECT_TRUE(clock_.held());
  EXPECT_FALSE(clock_.Synchronised());
}

TEST_F(GuardedClockTest, AJumpBackHoldsToo) {
  EXPECT_TRUE(Pass(absl::Seconds(1), -absl::Minutes(2)));
  EXPECT_FALSE(clock_.Synchronised());
}

TEST(SinceBootTest, DoesNotGoBack) {
  const absl::Duration first = SinceBoot();
  EXPECT_GT(first, absl::ZeroDuration());
  EXPECT_GE(SinceBoot(), first);
}

}  // namespace
}  // namespace amana::broker
