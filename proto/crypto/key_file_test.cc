#include "proto/crypto/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/status.h"
#include "base/testing.h"

namespace amana::crypto {
namespace {

TEST(KeyFileTest, KeepsWhatItWasGivenAndIsNeverReplaced) {
  const TempDir dir;
  const std::string path = dir.File("a.key");
  AMANA_ASSERT_OK(WriteKeyFile(path, Secret("SYNTHETIC")));
  EXPECT_EQ(ErrorReason(WriteKeyFile(path, Secret("other"))), "FILE_EXISTS");
  const auto read = ReadKeyFile(path);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->SameAs(Secret("SYNTHETIC")));
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0400u);
}

TEST(KeyFileTest, RefusesWhatOthersCanRead) {
  const TempDir dir;
  const std::string path = dir.File("a.key");
  AMANA_ASSERT_OK(WriteKeyFile(path, Secret("SYNTHETIC")));
  for (const mode_t mode : {0440, 0404, 0644, 0420, 0410, 0777, 04400}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    EXPECT_EQ(ErrorReason(ReadKeyFile(path).status()), "KEY_FILE_PERMISSIONS") << mode;
  }
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  AMANA_EXPECT_OK(ReadKeyFile(path));
}

TEST(KeyFileTest, RefusesWhatIsNoKeyFile) {
  const TempDir dir;
  EXPECT_EQ(ErrorReason(ReadKeyFile(dir.File("none")).status()), "FILE_NOT_FOUND");
  AMANA_ASSERT_OK(WriteKeyFile(dir.File("empty"), Secret()));
  EXPECT_EQ(ErrorReason(ReadKeyFile(dir.File("empty")).status()), "KEY_INVALID");
  AMANA_ASSERT_OK(WriteKeyFile(dir.File("long"), Secret(std::string(65537, 'x'))));
  EXPECT_EQ(ErrorReason(ReadKeyFile(dir.File("long")).status()), "KEY_INVALID");
  ASSERT_EQ(symlink(dir.File("long").c_str(), dir.File("link").c_str()), 0);
  EXPECT_FALSE(ReadKeyFile(dir.File("link")).ok());
  EXPECT_FALSE(ReadKeyFile(dir.path()).ok());
}

}  // namespace
}  // namespace amana::crypto
