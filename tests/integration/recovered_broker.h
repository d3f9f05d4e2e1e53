// A broker with a guard, two operators who sign its recovery, and an agency that goes on with it.
#ifndef AMANA_TESTS_INTEGRATION_RECOVERED_BROKER_H_
#define AMANA_TESTS_INTEGRATION_RECOVERED_BROKER_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "agency-adapters/sdk/outbox.h"
#include "proto/crypto/key_file.h"
#include "tests/integration/guarded_broker.h"
#include "tests/support/test_pki.h"

namespace amana::tests {

inline constexpr char kOldOrigin[] = "test.amana.example/log";
inline constexpr char kNewOrigin[] = "test.amana.example/log-2";
inline constexpr char kThirdOrigin[] = "test.amana.example/log-3";

class RecoveredBrokerTest : public GuardedBrokerTest {
 protected:
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
  void NewOrigin(const std::string& from = kOldOrigin, const std::string& to = kNewOrigin) {
    Configure(absl::StrCat("origin = \"", from, "\""), absl::StrCat("origin = \"", to, "\""));
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
  std::string File() const { return dir_.File("recovery.amana"); }
  void Backup(const std::string& name) {
    ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return HasKeyCopy(); }));
    const Ran backup = Broker({"backup", dir_.File(name)});
    ASSERT_EQ(backup.code, 0) << backup.reason;
  }
  void Lose(const std::string& backup) {
    AMANA_ASSERT_OK(broker_.Stop());
    std::filesystem::rename(world_.data_dir(), dir_.File(absl::StrCat("lost", ++runs_)));
    const Ran restored = Broker({"restore", "--to-recover", dir_.File(backup)});
    ASSERT_EQ(restored.code, 0) << restored.reason;
  }
  Ran Prepare(const std::string& origin, const std::vector<std::string>& more = {}) {
    std::vector<std::string> command = {"recover", "prepare", "--new-origin",
                                        origin,    "--out",   File()};
    command.insert(command.end(), more.begin(), more.end());
    return Broker(command);
  }
  void Recover(const std::string& from, const std::string& to) {
    const Ran prepared = Prepare(to);
    ASSERT_EQ(prepared.code, 0) << prepared.reason;
    Sign(File());
    NewOrigin(from, to);
    const Ran applied = Broker({"recover", "apply", "--signed", File()});
    ASSERT_EQ(applied.code, 0) << applied.reason;
    AMANA_ASSERT_OK(broker_.Start());
  }
  int Mirror() { return Amana("police", {"audit", "mirror", dir_.File("mirror")}).code; }
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
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_INTEGRATION_RECOVERED_BROKER_H_
