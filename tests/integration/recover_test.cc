// The drill of docs/recover.md with the real programs: an old backup, a lost key, two operators,
// and an agency that sends again what was lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "agency-adapters/sdk/outbox.h"
#include "tests/integration/recovered_broker.h"

namespace amana::tests {
namespace {

constexpr int kKills = 5;

class RecoverTest : public RecoveredBrokerTest {
 protected:
  // Killed at whatever moment, the same again finishes; until then the broker does not start.
  void ApplyKilledAnywhere(const std::vector<std::string>& apply) {
    const auto copy = [](const std::string& from, const std::string& to) {
      std::filesystem::remove_all(to);
      std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
    };
    copy(world_.data_dir(), dir_.File("data-before"));
    copy(dir_.File("guard"), dir_.File("guard-before"));
    const absl::Time begin = absl::Now();
    ASSERT_EQ(Broker(apply).code, 0);
    const absl::Duration whole = absl::Now() - begin;
    for (int i = 0; i < kKills; ++i) {
      copy(dir_.File("data-before"), world_.data_dir());
      copy(dir_.File("guard-before"), dir_.File("guard"));
      ChildOptions options;
      options.command = {ProgramPath("amana-broker"), "--config", world_.broker_config()};
      options.command.insert(options.command.end(), apply.begin(), apply.end());
      const auto child = ChildProcess::Start(options);
      AMANA_ASSERT_OK(child.status());
      (void)(*child)->Wait(whole * i / kKills);
      (*child)->Kill();
      const Ran again = Broker(apply);
      ASSERT_EQ(again.code, 0) << i << ' ' << again.reason;
      const Ran checked = Broker({"fsck"});
      ASSERT_EQ(checked.code, 0) << i << ' ' << checked.said;
    }
    // Died after the transaction and before the guard.
    copy(dir_.File("guard-before"), dir_.File("guard"));
    EXPECT_FALSE(broker_.Start().ok());
    EXPECT_THAT(broker_.LogEnd(), testing::HasSubstr("GUARD_FOREIGN"));
    EXPECT_EQ(Broker(apply).code, 0);
  }

  void WriteReceipt(int64_t entry, const std::string& file) {
    const auto endpoint = Endpoint::Open(world_.agency_config("police")).value();
    const auto found = sdk::Outbox(endpoint->mailbox()).Get(entry);
    ASSERT_TRUE(found.ok() && found->receipt.has_value());
    AMANA_ASSERT_OK(
        RealFileSystem().WriteAtomically(file, found->receipt->SerializeAsString(), kPublicFile));
  }
  // One mirror of both logs: nothing of the old one is lost, each is judged with its own key.
  void TheMirrorGoesOn(const Json& before) {
    const std::string mirror = dir_.File("old");
    const Ran followed = Amana("police", {"audit", "mirror", mirror});
    ASSERT_EQ(followed.code, 0) << followed.reason;
    const Ran listed = Amana("police", {"audit", "query", mirror});
    ASSERT_EQ(listed.code, 0) << listed.reason;
    Json old = Json::array();
    for (const Json& event : listed.said["events"]) {
      if (event["log"] == kOldOrigin) old.push_back(event);
    }
    EXPECT_EQ(old, before);
    EXPECT_GT(listed.said["events"].size(), old.size());
    const Ran of_one = Amana("police", {"audit", "query", mirror, "--log", kOldOrigin});
    EXPECT_EQ(of_one.said["events"], before);
    const Ran verified = Amana(
        "police", {"audit", "verify", mirror, "--held", "--receipt", dir_.File("lost.receipt")});
    EXPECT_EQ(verified.code, 0) << verified.said;
    ASSERT_EQ(verified.said["ended"].size(), 1u) << verified.said;
    EXPECT_EQ(verified.said["ended"][0]["origin"], kOldOrigin);
    EXPECT_EQ(verified.said["ended"][0]["verdict"], "VERIFIED");
    const Json& step = verified.said["checks"].back();
    EXPECT_EQ(step["name"], "SUCCESSION");
    EXPECT_THAT(step["why"], testing::HasSubstr("may be lost"));
    // Without a mirror as well, and of a bundle.
    EXPECT_EQ(Amana("police", {"audit", "verify", "--receipt", dir_.File("lost.receipt")}).code, 0);
    const std::string bundle = dir_.File("old.bundle");
    EXPECT_EQ(Amana("police", {"audit", "bundle", mirror, "--log", kOldOrigin, "--purpose",
                               "SYNTHETIC", "--out", bundle})
                  .code,
              0);
    const Ran judged = Amana("police", {"audit", "verify", bundle});
    EXPECT_EQ(judged.code, 0) << judged.said;
    EXPECT_EQ(judged.said["checks"].back()["name"], "SUCCESSION");
    EXPECT_EQ(Amana("police", {"audit", "reconcile", mirror}).code, 0);
  }
  // Everything that was ever accepted is in the new log once, and the log is whole.
  void EverythingIsThereOnce() {
    std::vector<uint64_t> indices = LogIndices();
    std::sort(indices.begin(), indices.end());
    EXPECT_EQ(std::unique(indices.begin(), indices.end()), indices.end());
    const Ran mirror = Amana("police", {"audit", "mirror", dir_.File("mirror")});
    EXPECT_EQ(mirror.code, 0) << mirror.reason;
    const Ran verified = Amana("police", {"audit", "verify", dir_.File("mirror")});
    EXPECT_EQ(verified.code, 0) << verified.reason << verified.said;
    AMANA_ASSERT_OK(broker_.Stop());
    const Ran checked = Broker({"fsck"});
    EXPECT_EQ(checked.code, 0) << checked.said;
  }
};

TEST_F(RecoverTest, AnOldBackup) {
  const std::string file = dir_.File("recovery.amana");
  const auto guide = Guide("## The drill");
  ASSERT_EQ(guide.size(), 5u);
  const std::vector<std::string>& prepare = guide[1];
  ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return HasKeyCopy(); }));
  const Ran backup = Broker({"backup", dir_.File("b")});
  ASSERT_EQ(backup.code, 0) << backup.reason;
  Send(3);
  EXPECT_EQ(Amana("police", {"audit", "mirror", dir_.File("old")}).code, 0);
  const Json at_the_end = Amana("police", {"audit", "query", dir_.File("old")}).said["events"];
  WriteReceipt(entries_.back(), dir_.File("lost.receipt"));
  EXPECT_EQ(Broker(prepare).reason, "ALREADY_RUNNING");
  AMANA_ASSERT_OK(broker_.Stop());
  EXPECT_EQ(Broker(prepare).reason, "NOTHING_TO_RECOVER");
  std::filesystem::rename(world_.data_dir(), dir_.File("lost"));
  EXPECT_EQ(Broker({"restore", dir_.File("b")}).reason, "LOG_BEHIND_GUARD");
  const Ran restored = Broker(guide[0]);
  ASSERT_EQ(restored.code, 0) << restored.reason;
  EXPECT_FALSE(broker_.Start().ok());
  EXPECT_THAT(broker_.LogEnd(), testing::HasSubstr("RECOVERY_NEEDED"));

  const Ran prepared = Broker(prepare);
  ASSERT_EQ(prepared.code, 0) << prepared.reason;
  EXPECT_EQ(prepared.said["kept"], backup.said["log_size"]);
  EXPECT_GT(prepared.said["newest"], prepared.said["kept"]);
  Sign(file);
  EXPECT_EQ(Broker({"recover", "apply", "--signed", file}).reason, "RECOVERY_CONFIG_MISMATCH");
  NewOrigin();
  EXPECT_FALSE(broker_.Start().ok());
  const Ran applied = Broker(guide[4]);
  ASSERT_EQ(applied.code, 0) << applied.reason;
  EXPECT_EQ(applied.said["opened"], prepared.said["kept"]);
  EXPECT_TRUE(RealFileSystem().Exists(applied.said["old_guard"]).value());
  EXPECT_EQ(Broker({"fsck"}).code, 0);
  EXPECT_EQ(Broker({"recover", "apply", "--signed", file}).code, 0);  // as after a crash
  AMANA_ASSERT_OK(broker_.Start());
  GoOn(3);
  Send(1);
  TheMirrorGoesOn(at_the_end);
  EverythingIsThereOnce();
  EXPECT_EQ(Broker(prepare).reason, "NOTHING_TO_RECOVER");
}

TEST_F(RecoverTest, TheLogsKeyIsLost) {
  const std::string file = dir_.File("recovery.amana");
  AMANA_ASSERT_OK(broker_.Stop());
  std::filesystem::rename(world_.File("broker/log.key"), dir_.File("log.key"));
  const auto guide = Guide("## The log's key is lost");
  ASSERT_EQ(guide.size(), 2u);
  const Ran made = Broker(guide[0]);
  ASSERT_EQ(made.code, 0) << made.reason;
  Configure("key = \"log.key\"", "key = \"new/log.key\"");
  EXPECT_FALSE(broker_.Start().ok());
  std::vector<std::string> unnamed = guide[1];
  const auto old = std::find(unnamed.begin(), unnamed.end(), "--old-vkey");
  ASSERT_NE(old, unnamed.end());
  unnamed.erase(old, old + 2);
  EXPECT_EQ(Broker(unnamed).reason, "OLD_KEY_MISSING");
  const Ran prepared = Broker(guide[1]);
  ASSERT_EQ(prepared.code, 0) << prepared.reason;
  EXPECT_EQ(prepared.said["new_vkey"], made.said["vkey"]);
  Sign(file);
  NewOrigin();
  ApplyKilledAnywhere({"recover", "apply", "--signed", file});
  AMANA_ASSERT_OK(broker_.Start());
  GoOn(0);
  Send(2);
  EverythingIsThereOnce();
}

}  // namespace
}  // namespace amana::tests
