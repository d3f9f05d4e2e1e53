// The drill: a backup beside the running broker, the store destroyed, and what may come back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/sqlite.h"
#include "tests/integration/guarded_broker.h"

namespace amana::tests {
namespace {

class BackupTest : public GuardedBrokerTest {
 protected:
  void SetUp() override {
    AMANA_ASSERT_OK(broker_.Start());
    Send(2);
  }

  Ran Run(const std::vector<std::string>& arguments) { return Broker(arguments); }
  // The broker ends, and its disk is lost.
  void LoseData() {
    AMANA_ASSERT_OK(broker_.Stop());
    std::filesystem::rename(world_.data_dir(), dir_.File(absl::StrCat("lost", ++runs_)));
  }
  bool HasData() const {
    return std::filesystem::exists(world_.data_dir()) &&
           !std::filesystem::is_empty(world_.data_dir());
  }
};

TEST_F(BackupTest, NothingHappenedSince) {
  ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return HasKeyCopy(); }));
  const Ran made = Run({"backup", dir_.File("b")});
  ASSERT_EQ(made.code, 0) << made.reason;
  EXPECT_NE(made.said["key_copy"], "");
  std::vector<std::string> names = *RealFileSystem().List(dir_.File("b"));
  EXPECT_EQ(names, (std::vector<std::string>{"backup.json", "store.db"}));  // no key of any kind
  EXPECT_EQ(Run({"backup", dir_.File("b")}).reason, "BACKUP_FOLDER_NOT_EMPTY");
  EXPECT_EQ(Run({"backup", world_.data_dir() + "/b"}).reason, "BACKUP_FOLDER_INVALID");
  EXPECT_EQ(Run({"restore", dir_.File("b")}).reason, "DATA_DIR_NOT_EMPTY");
  EXPECT_EQ(Run({"backup", dir_.File("k"), "--with-log-key"}).code, 0);
  EXPECT_EQ(std::filesystem::status(dir_.File("k/log.key")).permissions(),
            std::filesystem::perms::owner_read);

  LoseData();
  std::filesystem::rename(world_.File("broker/log.key"), dir_.File("log.key"));
  std::filesystem::rename(world_.File("broker/pseudonym.key"), dir_.File("pseudonym.key"));
  EXPECT_EQ(Run({"restore", dir_.File("b")}).reason, "LOG_KEY_MISSING");
  EXPECT_EQ(Run({"restore", dir_.File("none")}).reason, "BACKUP_INVALID");
  EXPECT_FALSE(HasData());
  const Ran restored = Run({"restore", dir_.File("k")});
  ASSERT_EQ(restored.code, 0) << restored.reason;
  EXPECT_EQ(restored.said["log_size"], made.said["log_size"]);
  EXPECT_EQ(restored.said["log_key_restored"], true);
  EXPECT_EQ(restored.said["guarded"], true);
  EXPECT_EQ(*RealFileSystem().Read(world_.File("broker/log.key")),
            *RealFileSystem().Read(dir_.File("log.key")));
  EXPECT_EQ(*RealFileSystem().Read(world_.File("broker/pseudonym.key")),
            *RealFileSystem().Read(dir_.File("pseudonym.key")));
  EXPECT_EQ(Run({"fsck"}).code, 0);
  AMANA_ASSERT_OK(broker_.Start());
  Send(1);
}

// What fsck says to a script; that it finds each kind of damage is shown beside it.
TEST_F(BackupTest, TheCheckTellsWhatIsDamagedByItsExitCode) {
  EXPECT_EQ(Run({"fsck"}).reason, "ALREADY_RUNNING");
  AMANA_ASSERT_OK(broker_.Stop());
  const Ran good = Run({"fsck"});
  EXPECT_EQ(good.code, 0) << good.said;
  EXPECT_GT(good.said["events"], 2);
  EXPECT_TRUE(good.said["findings"].empty());
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(world_.data_dir() + "/tiles/checkpoint", "no\n",
                                                   kPublicFile));
  const Ran derived = Run({"fsck"});
  EXPECT_EQ(derived.code, 5);
  EXPECT_EQ(derived.said["findings"]["FILE_DAMAGED"]["count"], 1) << derived.said;
  EXPECT_EQ(derived.said["findings"]["FILE_DAMAGED"]["places"][0], "checkpoint");
  auto db = sqlite::Database::Open(world_.data_dir() + "/store/store.db", {}).value();
  AMANA_ASSERT_OK(db->Exec("DELETE FROM event WHERE log_index = 3"));
  db.reset();
  const Ran log = Run({"fsck"});
  EXPECT_EQ(log.code, 4);
  EXPECT_EQ(log.said["findings"]["LEAF_MISSING"]["count"], 1) << log.said;
}

TEST_F(BackupTest, MoreWasSignedSince) {
  ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return HasKeyCopy(); }));
  ASSERT_EQ(Run({"backup", dir_.File("b")}).code, 0);
  Send(3);
  LoseData();
  for (int i = 0; i < 2; ++i) {  // nothing of the first is left to stand in the way
    EXPECT_EQ(Run({"restore", dir_.File("b")}).reason, "LOG_BEHIND_GUARD");
    EXPECT_FALSE(HasData());
  }

  // A store is of no use without the keys.
  std::filesystem::rename(dir_.File("key-copies"), dir_.File("no-copies"));
  EXPECT_EQ(Run({"restore", dir_.File("b")}).reason, "KEY_COPY_MISSING");

  // Without the guard nobody knows; the broker asks for it all the same.
  std::filesystem::rename(dir_.File("guard"), dir_.File("no-guard"));
  std::filesystem::rename(dir_.File("no-copies"), dir_.File("key-copies"));
  const Ran restored = Run({"restore", dir_.File("b")});
  EXPECT_EQ(restored.code, 0) << restored.reason;
  EXPECT_EQ(restored.said["guarded"], false);
  EXPECT_FALSE(broker_.Start().ok());
  EXPECT_THAT(broker_.LogEnd(), testing::HasSubstr("GUARD_MISSING"));
  std::filesystem::rename(dir_.File("no-guard"), dir_.File("guard"));
  EXPECT_FALSE(broker_.Start().ok());
  EXPECT_THAT(broker_.LogEnd(), testing::HasSubstr("LOG_BEHIND_GUARD"));
}

TEST_F(BackupTest, ADamagedBackupAndALapsedCopyOfTheKeys) {
  ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return HasKeyCopy(); }));
  ASSERT_EQ(Run({"backup", dir_.File("b")}).code, 0);
  LoseData();
  const std::string database = dir_.File("b/store.db");
  std::string bytes = *RealFileSystem().Read(database);
  bytes[5000] = static_cast<char>(bytes[5000] ^ 1);
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(database, bytes, kPrivateFile));
  EXPECT_EQ(Run({"restore", dir_.File("b")}).reason, "STORE_CORRUPT");
  bytes[5000] = static_cast<char>(bytes[5000] ^ 1);
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(database, bytes, kPrivateFile));

  const std::string copy = RealFileSystem().List(dir_.File("key-copies"))->front();
  std::filesystem::rename(dir_.File("key-copies/" + copy),
                          dir_.File("key-copies/keys-20200101T000000Z.amana"));
  std::filesystem::rename(dir_.File("guard"), dir_.File("no-guard"));
  EXPECT_EQ(Run({"restore", dir_.File("b")}).reason, "KEY_COPY_LAPSED");
  EXPECT_FALSE(HasData());
  // The guard knows that nothing can have been erased since.
  std::filesystem::rename(dir_.File("no-guard"), dir_.File("guard"));
  EXPECT_EQ(Run({"restore", dir_.File("b")}).code, 0);
  AMANA_ASSERT_OK(broker_.Start());
}

// Each command of docs/operator.md, in the order of the page.
TEST_F(BackupTest, TheGuidesCommands) {
  const std::string guide =
      *RealFileSystem().Read(std::string(getenv("AMANA_SOURCE_DIR")) + "/docs/operator.md");
  int commands = 0;
  for (const absl::string_view line : absl::StrSplit(guide, '\n')) {
    const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
    if (line.size() - text.size() < 4 || !absl::StartsWith(text, "amana-broker ")) continue;
    std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
    words.erase(words.begin());
    // Both helpers give the test's own.
    const auto config = std::find(words.begin(), words.end(), "--config");
    ASSERT_TRUE(config != words.end() && *(config + 1) == "/etc/amana/broker.toml") << text;
    words.erase(config, config + 2);
    for (std::string& word : words) {
      const absl::string_view backups = "/var/backups/amana/";
      if (absl::StartsWith(word, backups)) word = dir_.File(word.substr(backups.size()));
    }
    ++commands;
    if (words.front() == "run") {
      AMANA_ASSERT_OK(broker_.Stop());
      std::filesystem::remove_all(dir_.File("guard"));
      broker_.arguments = words;
      AMANA_ASSERT_OK(broker_.Start());
      broker_.arguments = {};
      ASSERT_TRUE(WaitUntil(absl::Seconds(20), [&] { return HasKeyCopy(); }));
      continue;
    }
    if (words.front() == "restore") LoseData();
    const Ran ran = Run(words);
    EXPECT_EQ(ran.code, 0) << text << ": " << ran.reason;
  }
  EXPECT_GE(commands, 4);
  AMANA_EXPECT_OK(broker_.Start());
}

}  // namespace
}  // namespace amana::tests
