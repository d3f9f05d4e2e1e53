// What docs/recover.md's drill meets besides: a second recovery after the first, a checkpoint that
// only a witness has, another history, an operator who may not sign any more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "tests/integration/recovered_broker.h"

namespace amana::tests {
namespace {

class RecoverAgainTest : public RecoveredBrokerTest {
 protected:
  std::string NewestMirrored() { return dir_.File("mirror/checkpoint"); }
  void Copy(const std::string& from, const std::string& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  }
};

TEST_F(RecoverAgainTest, TwoRecoveriesInARow) {
  Backup("b1");
  Send(2);
  EXPECT_EQ(Mirror(), 0);
  Lose("b1");
  Recover(kOldOrigin, kNewOrigin);
  GoOn(2);
  EXPECT_EQ(Mirror(), 0);
  Backup("b2");
  Send(1);
  EXPECT_EQ(Mirror(), 0);
  Lose("b2");
  Recover(kNewOrigin, kThirdOrigin);
  GoOn(1);
  EXPECT_EQ(Mirror(), 0);
  const Ran verified = Amana("police", {"audit", "verify", dir_.File("mirror"), "--held"});
  EXPECT_EQ(verified.code, 0) << verified.said;
  ASSERT_EQ(verified.said["ended"].size(), 2u) << verified.said;
  EXPECT_EQ(verified.said["ended"][0]["origin"], kOldOrigin);
  EXPECT_EQ(verified.said["ended"][1]["origin"], kNewOrigin);
  const Ran listed = Amana("police", {"audit", "query", dir_.File("mirror")});
  ASSERT_EQ(listed.code, 0) << listed.reason;
  std::vector<std::string> origins;
  for (const Json& event : listed.said["events"]) {
    if (origins.empty() || origins.back() != event["log"]) origins.push_back(event["log"]);
  }
  EXPECT_EQ(origins, (std::vector<std::string>{kOldOrigin, kNewOrigin, kThirdOrigin}));
  std::vector<uint64_t> indices = LogIndices();
  std::sort(indices.begin(), indices.end());
  EXPECT_EQ(std::unique(indices.begin(), indices.end()), indices.end());
  AMANA_ASSERT_OK(broker_.Stop());
  EXPECT_EQ(Broker({"fsck"}).code, 0);
}

TEST_F(RecoverAgainTest, WhatOnlyAWitnessHasSeen) {
  Backup("b");
  Send(2);
  EXPECT_EQ(Mirror(), 0);
  Lose("b");
  std::filesystem::rename(dir_.File("guard"), dir_.File("no-guard"));
  EXPECT_EQ(Prepare(kNewOrigin).reason, "NOTHING_TO_RECOVER");
  const Ran prepared = Prepare(kNewOrigin, {"--newest", NewestMirrored()});
  ASSERT_EQ(prepared.code, 0) << prepared.reason;
  EXPECT_GT(prepared.said["newest"], prepared.said["kept"]);
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File("none"), "none", kPublicFile));
  EXPECT_NE(Prepare(kNewOrigin, {"--newest", dir_.File("none")}).code, 0);
}

TEST_F(RecoverAgainTest, AnotherHistoryIsNoOlderCopy) {
  AMANA_ASSERT_OK(broker_.Stop());
  Copy(world_.data_dir(), dir_.File("data-before"));
  Copy(dir_.File("guard"), dir_.File("guard-before"));
  AMANA_ASSERT_OK(broker_.Start());
  Send(2);
  EXPECT_EQ(Mirror(), 0);
  AMANA_ASSERT_OK(broker_.Stop());
  Copy(dir_.File("guard"), dir_.File("guard-of-one"));
  Copy(dir_.File("data-before"), world_.data_dir());
  Copy(dir_.File("guard-before"), dir_.File("guard"));
  AMANA_ASSERT_OK(broker_.Start());
  Send(3);
  AMANA_ASSERT_OK(broker_.Stop());
  EXPECT_EQ(Prepare(kNewOrigin, {"--newest", NewestMirrored()}).reason, "LOG_FORKED");
  Copy(dir_.File("guard-of-one"), dir_.File("guard"));
  EXPECT_EQ(Prepare(kNewOrigin).reason, "LOG_FORKED_AT_GUARD");
  EXPECT_FALSE(std::filesystem::exists(File()));
}

TEST_F(RecoverAgainTest, AnOperatorWhoWasRevoked) {
  Backup("b");
  Send(1);
  Lose("b");
  ASSERT_EQ(Prepare(kNewOrigin).code, 0);
  Sign(File());
  NewOrigin();
  const std::string nobody = world_.Read("revoked.txt");
  world_.Revoke(
      TestSigner("amana", crypto::Role::kOperator, "room", "operator-2").certificate.id());
  const std::string revoked = world_.Read("revoked.txt");
  EXPECT_EQ(Broker({"recover", "apply", "--signed", File()}).reason, "SIGNER_REVOKED");
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(world_.File("revoked.txt"), nobody, kPublicFile));
  ASSERT_EQ(Broker({"recover", "apply", "--signed", File()}).code, 0);
  AMANA_ASSERT_OK(broker_.Start());
  // A broker that did not ask is not believed by who does.
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File("list"), revoked, kPublicFile));
  EXPECT_EQ(Amana("police", {"log", "succession", "--revocations", dir_.File("list")}).reason,
            "CERT_REVOKED");
  EXPECT_EQ(
      Amana("police", {"log", "succession", "--accept", "--revocations", dir_.File("list")}).reason,
      "CERT_REVOKED");
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File("list"), nobody, kPublicFile));
  EXPECT_EQ(
      Amana("police", {"log", "succession", "--accept", "--revocations", dir_.File("list")}).code,
      0);
}

}  // namespace
}  // namespace amana::tests
