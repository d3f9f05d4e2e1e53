#include "agency-adapters/cli/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace amana::cli {
namespace {

TEST(Progress, ShowsNothingWhereThereIsNoTerminal) {
  FakeClock clock(absl::UnixEpoch());
  std::ostringstream err;
  {
    Progress progress(err, false, clock, "sending", 3);
    progress.Advance();
  }
  EXPECT_EQ(err.str(), "");
}

TEST(Progress, RedrawsAtMostEveryTenthOfASecondAndClearsTheLine) {
  FakeClock clock(absl::UnixEpoch());
  std::ostringstream err;
  {
    Progress progress(err, true, clock, "sending", 3);
    progress.Advance();
    clock.Advance(absl::Milliseconds(100));
    progress.Advance();
  }
  EXPECT_EQ(err.str(), "\r\x1B[Ksending: 0 of 3\r\x1B[Ksending: 2 of 3\r\x1B[K");
}

}  // namespace
}  // namespace amana::cli
