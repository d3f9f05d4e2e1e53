#include "base/bell.h"

#include <thread>

#include "base/steady_clock.h"
#include "gtest/gtest.h"

namespace amana {
namespace {

TEST(BellTest, ARingWakesOneWaitWhetherItComesBeforeOrAfter) {
  Bell bell;
  bell.Ring();
  bell.Ring();
  EXPECT_TRUE(bell.Wait(absl::ZeroDuration()));
  EXPECT_FALSE(bell.Wait(absl::ZeroDuration()));
  std::thread ringer([&bell] { bell.Ring(); });
  EXPECT_TRUE(bell.Wait(absl::InfiniteDuration()));
  ringer.join();
}

TEST(BellTest, APauseEndsByItself) {
  const BootClock clock;
  Bell bell;
  const absl::Duration begin = clock.Now();
  EXPECT_FALSE(bell.Wait(absl::Milliseconds(20)));
  EXPECT_GE(clock.Now() - begin, absl::Milliseconds(19));
}

}  // namespace
}  // namespace amana
