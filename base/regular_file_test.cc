#include "base/regular_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana {
namespace {

class RegularFileTest : public testing::Test {
 protected:
  void Put(const std::string& name, size_t size) {
    AMANA_ASSERT_OK(
        RealFileSystem().WriteAtomically(dir_.File(name), std::string(size, 'x'), kPrivateFile));
  }
  std::string Reason(const std::string& name) {
    return ErrorReason(ReadRegularFile(dir_.File(name), 100).status());
  }
  const TempDir dir_;
};

TEST_F(RegularFileTest, AFileIsReadUpToTheLimit) {
  for (const size_t size : {0, 1, 99, 100}) {
    Put("file", size);
    EXPECT_EQ(*ReadRegularFile(dir_.File("file"), 100), std::string(size, 'x'));
  }
  Put("file", 101);
  EXPECT_EQ(Reason("file"), "FILE_UNFIT");
  EXPECT_EQ(Reason("none"), "FILE_NOT_FOUND");
}

TEST_F(RegularFileTest, NothingElseIsReadFollowedOrWaitedFor) {
  Put("file", 3);
  std::filesystem::create_directory(dir_.File("folder"));
  std::filesystem::create_symlink("file", dir_.File("link"));
  ASSERT_EQ(mkfifo(dir_.File("pipe").c_str(), 0600), 0);
  for (const char* name : {"folder", "link", "pipe"}) EXPECT_EQ(Reason(name), "FILE_UNFIT") << name;
  EXPECT_EQ(ErrorReason(ReadRegularFile("/dev/zero", 100).status()), "FILE_UNFIT");
}

// Files of /proc say that they have no size.
TEST_F(RegularFileTest, TheSizeThatAFileSaysIsNotBelieved) {
  EXPECT_FALSE(ReadRegularFile("/proc/self/status", 1 << 20)->empty());
  EXPECT_EQ(ErrorReason(ReadRegularFile("/proc/self/status", 10).status()), "FILE_UNFIT");
}

}  // namespace
}  // namespace amana
