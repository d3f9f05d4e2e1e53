#include "broker/main/pseudonym_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::broker {
namespace {

TEST(PseudonymKey, IsMadeOnceForItsOwnerAlone) {
  const TempDir dir;
  const std::string path = dir.File("pseudonym.key");
  EXPECT_EQ(ErrorReason(ReadPseudonymKey(path).status()), "FILE_NOT_FOUND");
  const auto made = ReadOrMakePseudonymKey(path);
  AMANA_ASSERT_OK(made.status());
  EXPECT_EQ(made->size(), 32u);
  struct stat file;
  ASSERT_EQ(::stat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777, 0400u);
  const auto again = ReadOrMakePseudonymKey(path);
  AMANA_ASSERT_OK(again.status());
  EXPECT_TRUE(again->SameAs(*made));
  EXPECT_EQ(ErrorReason(MakePseudonymKey(path).status()), "FILE_EXISTS");
  EXPECT_FALSE(MakePseudonymKey(dir.File("another.key"))->SameAs(*made));
}

TEST(PseudonymKey, IsReplacedByNothing) {
  const TempDir dir;
  const std::string path = dir.File("pseudonym.key");
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(path, std::string(31, 'k'), kPrivateFile));
  EXPECT_EQ(ErrorReason(ReadOrMakePseudonymKey(path).status()), "KEY_INVALID");
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(path, std::string(32, 'k'), kPublicFile));
  EXPECT_EQ(ErrorReason(ReadOrMakePseudonymKey(path).status()), "KEY_FILE_PERMISSIONS");
  EXPECT_EQ(ErrorReason(ReadOrMakePseudonymKey(dir.File("no/folder/p.key")).status()),
            "FILE_NOT_FOUND");
}

}  // namespace
}  // namespace amana::broker
