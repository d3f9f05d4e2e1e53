#include "agency-adapters/cli/bench/bench_machine.h"

#include "base/durable_file.h"
#include "base/testing.h"

namespace amana::cli {
namespace {

TEST(VerifyMeterTest, CountsOverAllSlices) {
  auto meter = VerifyMeter::Create();
  AMANA_ASSERT_OK(meter);
  EXPECT_EQ(meter->per_second(), 0);
  AMANA_ASSERT_OK(meter->Run(0.02));
  AMANA_ASSERT_OK(meter->Run(0.02));
  EXPECT_GT(meter->per_second(), 0);
  EXPECT_GT(meter->cpu_us(), 0);
  EXPECT_GE(meter->threads(), 1);
}

TEST(FsyncMeterTest, LeavesNothingBehind) {
  const TempDir folder;
  {
    auto meter = FsyncMeter::Create(folder.path());
    AMANA_ASSERT_OK(meter);
    AMANA_ASSERT_OK(meter->Run(0.01));
    EXPECT_GT(meter->per_second(), 0);
    EXPECT_GE(BytesBelow(folder.path()), 4096u);
  }
  EXPECT_EQ(BytesBelow(folder.path()), 0u);
  EXPECT_FALSE(FsyncMeter::Create(folder.File("absent")).ok());
}

TEST(BytesBelowTest, CountsRegularFilesAtAnyDepth) {
  const TempDir folder;
  AMANA_ASSERT_OK(RealFileSystem().CreateDirectories(folder.File("a/b")));
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(folder.File("x"), std::string(10, 'x'), kPublicFile));
  AMANA_ASSERT_OK(
      RealFileSystem().WriteAtomically(folder.File("a/b/y"), std::string(7, 'y'), kPublicFile));
  EXPECT_EQ(BytesBelow(folder.path()), 17u);
  EXPECT_EQ(BytesBelow(folder.File("absent")), 0u);
}

TEST(FileSystemNameTest, NamesOne) {
  const auto name = FileSystemName("/");
  AMANA_ASSERT_OK(name);
  EXPECT_FALSE(name->empty());
}

}  // namespace
}  // namespace amana::cli
