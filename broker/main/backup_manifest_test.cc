#include "broker/main/backup_manifest.h"

#include <gtest/gtest.h>

#include "base/testing.h"

namespace amana::broker {
namespace {

TEST(BackupManifestTest, SaysWhatWasWritten) {
  const TempDir dir;
  EXPECT_EQ(ErrorReason(ReadManifest(dir.path()).status()), "BACKUP_INVALID");
  const BackupManifest manifest{.made = absl::FromUnixSeconds(1'800'000'000),
                                .origin = "log.example/amana",
                                .log_size = uint64_t{1} << 60,
                                .database = {123, *Digest::FromBytes(std::string(32, 'd'))},
                                .has_log_key = true,
                                .has_pseudonym_key = true};
  AMANA_ASSERT_OK(WriteManifest(dir.path(), manifest));
  const auto read = ReadManifest(dir.path());
  AMANA_ASSERT_OK(read.status());
  EXPECT_EQ(read->made, manifest.made);
  EXPECT_EQ(read->origin, manifest.origin);
  EXPECT_EQ(read->log_size, manifest.log_size);
  EXPECT_EQ(read->database.bytes, 123u);
  EXPECT_EQ(read->database.digest, manifest.database.digest);
  EXPECT_TRUE(read->has_log_key);
  EXPECT_TRUE(read->has_pseudonym_key);
  EXPECT_EQ(ErrorReason(WriteManifest(dir.path(), manifest)), "FILE_EXISTS");
}

TEST(BackupManifestTest, NothingIsGuessed) {
  const TempDir dir;
  BackupManifest manifest;
  manifest.made = absl::UnixEpoch();
  manifest.origin = "o";
  AMANA_ASSERT_OK(WriteManifest(dir.path(), manifest));
  const std::string good = *RealFileSystem().Read(dir.File("backup.json"));
  const std::pair<std::string, std::string> changes[] = {
      {"backup 1", "backup 2"},
      {"1970-", "never-"},
      {"\"log_size\": 0", "\"log_size\": -1"},
      {"\"bytes\": 0", "\"b\": 0"},
      {"\"sha256\": \"00", "\"sha256\": \"0"},
      {"false", "\"false\""},
      {"{", "["},
  };
  for (const auto& [from, to] : changes) {
    std::string text = good;
    ASSERT_NE(text.find(from), std::string::npos) << from;
    text.replace(text.find(from), from.size(), to);
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir.File("backup.json"), text, kPrivateFile));
    EXPECT_EQ(ErrorReason(ReadManifest(dir.path()).status()), "BACKUP_INVALID") << to;
  }
}

TEST(BackupManifestTest, TheNewestCopyOfTheKeys) {
  const TempDir dir;
  const store::KeyCopyPolicy policy{.folder = dir.File("copies")};
  EXPECT_FALSE(NewestKeyCopy(policy)->has_value());
  AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(policy.folder));
  for (const char* name : {"keys-20270115T080000Z.amana", "keys-20270115T200000Z.amana",
                           "keys-20270116T080000Z.amana.part", "other"}) {
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(policy.folder + "/" + name, "", kPrivateFile));
  }
  const auto newest = NewestKeyCopy(policy);
  AMANA_ASSERT_OK(newest.status());
  EXPECT_EQ((*newest)->path, policy.folder + "/keys-20270115T200000Z.amana");
  EXPECT_EQ((*newest)->made, absl::FromUnixSeconds(1800043200));
}

}  // namespace
}  // namespace amana::broker
