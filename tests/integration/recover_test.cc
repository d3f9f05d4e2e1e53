// The drill of docs/recover.md with the real programs: an old backup, a lost key, two operators,
// and an agency that sends again what was lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "agency-adapters/sdk/outbox.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "proto/crypto/key_file.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"
#include "tests/support/endpoint.h"
#include "tests/support/test_pki.h"

namespace amana::tests {
namespace {

using Json = nlohmann::json;

constexpr char kOldOrigin[] = "test.amana.example/log";
constexpr int kKills = 5;
constexpr char kNewOrigin[] = "test.amana.example/log-2";

struct Ran {
  int code = -1;
  Json said;
  std::string reason;
};

class RecoverTest : public testing::Test {
 protected:
  static WorldOptions Guarded(const TempDir& dir) {
    WorldOptions options;
    options.broker_settings =
        absl::StrCat("[guard]\npath = \"", dir.File("guard"), "\"\n[store]\nkey_copies_folder = \"",
                     dir.File("key-copies"), "\"\n");
    return options;
  }
  void SetUp() override {
    WriteSecondOperator();
    AMANA_ASSERT_OK(broker_.Start());
    Send(2);
  }

  // Beside the world's operator: another person of the same agency.
  void WriteSecondOperator() {
    const std::string folder = world_.File("endpoints/second/keys");
    AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(folder));
    const auto write = [&](const std::string& stem, const TestIdentity& identity) {
      AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(folder + "/" + stem + ".pem",
                                                       identity.chain_pem, kPublicFile));
      AMANA_ASSERT_OK(
          crypto::WriteKeyFile(folder + "/" + stem + ".key", crypto::Secret(identity.key_pem)));
    };
    const TestIdentity& signer = TestSigner("amana", crypto::Role::kOperator, "room", "operator-2");
    write("tls", TestTls("amana", crypto::Role::kOperator, "room", "operator-2"));
    write("signing", signer);
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(world_.File("certificates/amana/second.pem"),
                                                     signer.certificate.pem(), kPublicFile));
  }

  Ran RunProgram(std::vector<std::string> command) {
    const std::string errors = dir_.File(absl::StrCat("stderr", ++runs_));
    ChildOptions options;
    options.command = std::move(command);
    options.stderr_file = errors;
    const auto child = ChildProcess::Start(options);
    AMANA_EXPECT_OK(child.status());
    Ran ran;
    const auto line = (*child)->ReadLine(absl::Seconds(60));
    if (line.ok()) ran.said = Json::parse(*line, nullptr, false);
    const std::optional<int> status = (*child)->Wait(absl::Seconds(60));
    if (status && WIFEXITED(*status)) ran.code = WEXITSTATUS(*status);
    const std::string error = RealFileSystem().Read(errors).value_or("");
    const Json json = Json::parse(error.substr(0, error.find('\n')), nullptr, false);
    if (json.is_object()) ran.reason = json.value("error", "");
    return ran;
  }
  Ran Broker(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {ProgramPath("amana-broker"), "--json", "--config",
                                        world_.broker_config()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunProgram(std::move(command));
  }
  Ran Amana(const std::string& endpoint, const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {ProgramPath("amana"), "--json", "--config",
                                        world_.agency_config(endpoint)};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunProgram(std::move(command));
  }

  // The commands of a section of docs/recover.md, without the program and --config, which the
  // helpers give, and with this test's own paths and names.
  std::vector<std::vector<std::string>> Guide(absl::string_view section) {
    const std::string text =
        *RealFileSystem().Read(std::string(getenv("AMANA_SOURCE_DIR")) + "/docs/recover.md");
    std::vector<std::vector<std::string>> commands;
    bool inside = false;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      if (absl::StartsWith(line, "## ")) inside = line == section;
      if (!inside || !absl::StartsWith(line, "    amana")) continue;
      std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
      words.erase(words.begin());
      const auto config = std::find(words.begin(), words.end(), "--config");
      if (config != words.end()) words.erase(config, config + 2);
      for (std::string& word : words) {
        if (word == "recovery.amana") word = dir_.File(word);
        if (word == "broker.example/log-2") word = kNewOrigin;
        if (word == "log.vkey") word = world_.File("broker/log.vkey");
        if (word == "/etc/amana/new") word = world_.File("broker/new");
        if (word == "/var/backups/amana/monday") word = dir_.File("b");
      }
      commands.push_back(std::move(words));
    }
    return commands;
  }

  void Send(int consents) {
    const auto endpoint = Endpoint::Open(world_.agency_config("police")).value();
    for (int i = 0; i < consents; ++i) {
      const auto queued = endpoint->sender().QueueConsent(SampleConsent(absl::Now()));
      AMANA_ASSERT_OK(queued);
      AMANA_ASSERT_OK(endpoint->sender().Send(queued->entry));
      entries_.push_back(queued->entry);
    }
  }
  std::vector<uint64_t> LogIndices() {
    const auto endpoint = Endpoint::Open(world_.agency_config("police")).value();
    std::vector<uint64_t> indices;
    for (const int64_t entry : entries_) {
      const auto found = sdk::Outbox(endpoint->mailbox()).Get(entry);
      AMANA_EXPECT_OK(found.status());
      EXPECT_EQ(found->state, sdk::EntryState::kAccepted);
      indices.push_back(found->log_index);
    }
    return indices;
  }
  void Configure(const std::string& from, const std::string& to) {
    const std::string text = world_.Read("broker/broker.toml");
    const std::string changed = absl::StrReplaceAll(text, {{from, to}});
    ASSERT_NE(text, changed) << from;
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(world_.broker_config(), changed, kPublicFile));
  }
  void NewOrigin() {
    Configure(absl::StrCat("origin = \"", kOldOrigin, "\""),
              absl::StrCat("origin = \"", kNewOrigin, "\""));
  }
  bool HasKeyCopy() const {
    return std::filesystem::exists(dir_.File("key-copies")) &&
           !std::filesystem::is_empty(dir_.File("key-copies"));
  }
  // agency.toml of the second operator, as the first's is.
  void Sign(const std::string& file) {
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(
        world_.File("endpoints/second/agency.toml"),
        *RealFileSystem().Read(world_.agency_config("operator")), kPublicFile));
    const auto guide = Guide("## The drill");
    ASSERT_EQ(guide.size(), 5u);
    const Ran one = Amana("operator", guide[2]);
    ASSERT_EQ(one.code, 0) << one.reason;
    EXPECT_EQ(one.said["signatures"], 1);
    EXPECT_EQ(Amana("operator", {"admin", "sign-recovery", file}).reason, "RECOVERY_INVALID");
    EXPECT_EQ(Amana("police", {"admin", "sign-recovery", file}).reason, "RECOVERY_INVALID");
    EXPECT_EQ(Broker({"recover", "apply", "--signed", file}).reason, "RECOVERY_UNSIGNED");
    const Ran two = Amana("second", guide[3]);
    ASSERT_EQ(two.code, 0) << two.reason;
    EXPECT_EQ(two.said["signatures"], 2);
  }
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

  // The agency goes on with the new log, and sends again what was lost.
  void GoOn(size_t sent_again) {
    const auto guide = Guide("## What agencies do");
    ASSERT_EQ(guide.size(), 3u);
    const Ran shown = Amana("police", guide[0]);
    ASSERT_EQ(shown.code, 0) << shown.reason;
    EXPECT_EQ(shown.said["at_risk"].size(), sent_again) << shown.said;
    const Ran accepted = Amana("police", guide[1]);
    ASSERT_EQ(accepted.code, 0) << accepted.reason;
    EXPECT_EQ(accepted.said["sent_again"], sent_again);
    EXPECT_EQ(Amana("police", guide[2]).code, 0);
    const Ran again = Amana("police", guide[1]);
    EXPECT_EQ(again.code, 0) << again.reason;
    EXPECT_EQ(again.said["sent_again"], 0);
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

  TempDir dir_;
  BrokerWorld world_{Guarded(dir_)};
  BrokerProcess broker_{world_};
  std::vector<int64_t> entries_;
  int runs_ = 0;
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
