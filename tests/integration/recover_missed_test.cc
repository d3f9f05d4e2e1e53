// An agency that was away while the log was recovered, and recovered again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/integration/recovered_broker.h"

namespace amana::tests {
namespace {

using RecoverMissedTest = RecoveredBrokerTest;

TEST_F(RecoverMissedTest, ItGoesOnByBoth) {
  const auto served = [&](const std::string& name) {
    const std::string file = dir_.File(name);
    std::filesystem::copy(world_.data_dir() + "/succession", file);
    return file;
  };
  Backup("b1");
  Send(2);
  EXPECT_EQ(Mirror(), 0);
  Lose("b1");
  Recover(kOldOrigin, kNewOrigin);
  const std::string first = served("first");
  Backup("b2");
  // Something of the second log that is not kept.
  EXPECT_EQ(Amana("auditor", {"audit", "ask", "--purpose", "PERIODIC"}).code, 0);
  Lose("b2");
  Recover(kNewOrigin, kThirdOrigin);
  const std::string second = served("second");
  EXPECT_EQ(Amana("police", {"log", "succession"}).reason, "SUCCESSION_UNTRUSTED");
  EXPECT_EQ(Amana("police", {"log", "succession", second, first}).reason, "SUCCESSION_UNTRUSTED");
  EXPECT_EQ(Amana("police", {"log", "succession", first, "--accept"}).reason, "NOTE_UNTRUSTED");
  const Ran shown = Amana("police", {"log", "succession", first, second});
  ASSERT_EQ(shown.code, 0) << shown.reason;
  ASSERT_EQ(shown.said["steps"].size(), 2u) << shown.said;
  EXPECT_EQ(shown.said["steps"][0]["at_risk"].size(), 2u) << shown.said;
  EXPECT_EQ(shown.said["accepted"], false);
  const Ran taken = Amana("police", {"log", "succession", first, second, "--accept"});
  ASSERT_EQ(taken.code, 0) << taken.reason;
  EXPECT_EQ(taken.said["sent_again"], 2);
  // As another unit of the agency would, and whoever is not sure that it was done.
  const Ran again = Amana("police", {"log", "succession", first, second, "--accept"});
  EXPECT_EQ(again.code, 0) << again.reason;
  EXPECT_EQ(again.said["sent_again"], 0);
  EXPECT_EQ(Amana("police", {"log", "succession"}).said["accepted"], true);
  EXPECT_EQ(Amana("police", {"referral", "send"}).code, 0);
  EXPECT_EQ(Mirror(), 0);
  const Ran verified = Amana("police", {"audit", "verify", dir_.File("mirror"), "--held"});
  EXPECT_EQ(verified.said["ended"].size(), 2u) << verified.said;
  EXPECT_EQ(verified.said["error"], "ENTRIES_LOST")
      << verified.said;  // of the second log: never seen
  std::vector<uint64_t> indices = LogIndices();
  std::sort(indices.begin(), indices.end());
  EXPECT_EQ(std::unique(indices.begin(), indices.end()), indices.end());
}

}  // namespace
}  // namespace amana::tests
