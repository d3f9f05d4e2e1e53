#include "base/durable_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/durable_file_fault.h"
#include "base/errors.h"
#include "base/status.h"
#include "base/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace amana {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

unsigned ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

class DurableFileTest : public testing::Test {
 protected:
  size_t EntriesOnDisk() {
    size_t n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path()))
      n += !entry.path().empty();
    return n;
  }
  TempDir dir_;
  FileSystem& files_ = RealFileSystem();
  const std::string path_ = dir_.File("file");
};

TEST_F(DurableFileTest, WritesReplaceWholly) {
  const std::string big(300'000, 'b');
  for (const std::string& content : {std::string("first\0x", 7), big, std::string()}) {
    AMANA_ASSERT_OK(files_.WriteAtomically(path_, content, 0640));
    EXPECT_EQ(files_.Read(path_).value(), content);
    EXPECT_EQ(files_.Size(path_).value(), content.size());
  }
  EXPECT_EQ(ModeOf(path_), 0640u);  // whatever the umask
  EXPECT_EQ(EntriesOnDisk(), 1u);
}

// A name may come from outside: a FIFO in its place must hold up nobody.
TEST_F(DurableFileTest, NobodyWaitsForWhoWritesToAPipe) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(ErrorReason(files_.Read(path_).status()), "IO_ERROR");
  EXPECT_EQ(ErrorReason(files_.ReadRange(path_, 0, 10).status()), "IO_ERROR");
}

TEST_F(DurableFileTest, CreateNeverReplaces) {
  AMANA_ASSERT_OK(files_.CreateAtomically(path_, "one", kPrivateFile));
  EXPECT_EQ(ErrorReason(files_.CreateAtomically(path_, "two", kPrivateFile)), "FILE_EXISTS");
  EXPECT_EQ(files_.Read(path_).value(), "one");
  EXPECT_EQ(EntriesOnDisk(), 1u);
}

TEST_F(DurableFileTest, ConcurrentWritersLeaveOneWhole) {
  std::vector<std::thread> threads;
  for (char c = 'a'; c < 'e'; ++c) {
    threads.emplace_back([this, c] {
      for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(files_.WriteAtomically(path_, std::string(10'000, c), kPrivateFile).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::string content = files_.Read(path_).value();
  EXPECT_EQ(content, std::string(10'000, content[0]));
  EXPECT_THAT(files_.List(dir_.path()).value(), ElementsAre("file"));
}

TEST_F(DurableFileTest, ReadRangeStopsAtTheEnd) {
  AMANA_ASSERT_OK(files_.WriteAtomically(path_, "0123456789", kPrivateFile));
  EXPECT_EQ(files_.ReadRange(path_, 3, 4).value(), "3456");
  EXPECT_EQ(files_.ReadRange(path_, 8, 4).value(), "89");
  EXPECT_EQ(files_.ReadRange(path_, 20, 4).value(), "");
}

TEST_F(DurableFileTest, AppendFileGrowsAndShrinks) {
  auto file = files_.OpenAppend(path_, kPrivateFile).value();
  AMANA_ASSERT_OK(file->Append("hello "));
  AMANA_ASSERT_OK(file->Append("world"));
  AMANA_ASSERT_OK(file->Sync());
  EXPECT_EQ(file->size(), 11u);
  AMANA_ASSERT_OK(file->Truncate(5));
  AMANA_ASSERT_OK(file->Append("!"));
  EXPECT_EQ(files_.Read(path_).value(), "hello!");
  auto again = files_.OpenAppend(path_, kPrivateFile).value();
  EXPECT_EQ(again->size(), 6u);
  EXPECT_EQ(ModeOf(path_), 0600u);
}

TEST_F(DurableFileTest, FoldersArePrivateAndListedSorted) {
  const std::string deep = dir_.File("a/b/c/");
  AMANA_ASSERT_OK(files_.CreateDirectories(deep));
  AMANA_ASSERT_OK(files_.CreateDirectories(deep));
  for (const char* name : {"a", "a/b", "a/b/c"}) EXPECT_EQ(ModeOf(dir_.File(name)), 0700u);
  for (const char* name : {"z", "x", "y"}) {
    AMANA_ASSERT_OK(files_.WriteAtomically(dir_.File("a/") + name, "", kPrivateFile));
  }
  EXPECT_THAT(files_.List(dir_.File("a")).value(), ElementsAre("b", "x", "y", "z"));
  EXPECT_EQ(ErrorReason(files_.CreateDirectories(dir_.File("a/x"))), "FILE_EXISTS");
}

TEST_F(DurableFileTest, RemoveAndRename) {
  AMANA_ASSERT_OK(files_.WriteAtomically(path_, "x", kPrivateFile));
  AMANA_ASSERT_OK(files_.CreateDirectories(dir_.File("sub")));
  const std::string moved = dir_.File("sub/moved");
  AMANA_ASSERT_OK(files_.Rename(path_, moved));
  EXPECT_FALSE(files_.Exists(path_).value());
  EXPECT_TRUE(files_.Exists(moved).value());
  EXPECT_FALSE(files_.Exists(moved + "/below").value());
  AMANA_ASSERT_OK(files_.Remove(moved));
  AMANA_ASSERT_OK(files_.Remove(dir_.File("sub")));
  EXPECT_THAT(files_.List(dir_.path()).value(), IsEmpty());
}

TEST_F(DurableFileTest, MissingFilesAreNamed) {
  for (const absl::Status& status :
       {files_.Read(path_).status(), files_.ReadRange(path_, 0, 1).status(),
        files_.Size(path_).status(), files_.Remove(path_), files_.Rename(path_, path_ + "2"),
        files_.List(path_).status(), files_.FreeBytes(path_).status(),
        files_.WriteAtomically(path_ + "/below", "x", 0600), ReadSecretFile(path_).status()}) {
    EXPECT_EQ(ErrorReason(status), "FILE_NOT_FOUND") << status;
    EXPECT_NE(std::string(status.message()).find(path_), std::string::npos) << status;
  }
}

TEST_F(DurableFileTest, FreeBytesIsPlausible) {
  EXPECT_GT(files_.FreeBytes(dir_.path()).value(), 0u);
}

TEST_F(DurableFileTest, SecretFilesMustBePrivate) {
  AMANA_ASSERT_OK(files_.WriteAtomically(path_, "SYNTHETIC KEY", 0400));
  const std::pair<mode_t, bool> kCases[] = {
      {0400, true},  {0600, true},  {0440, false}, {0404, false}, {0640, false},
      {0644, false}, {0660, false}, {0700, false}, {0500, false}, {04600, false},
  };
  for (const auto& [mode, ok] : kCases) {
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    const auto content = ReadSecretFile(path_);
    EXPECT_EQ(content.ok(), ok) << std::oct << mode;
    if (ok) {
      EXPECT_EQ(*content, "SYNTHETIC KEY");
    } else {
      EXPECT_EQ(ErrorReason(content.status()), "KEY_FILE_PERMISSIONS");
    }
  }
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  ASSERT_EQ(symlink(path_.c_str(), dir_.File("link").c_str()), 0);
  EXPECT_EQ(ErrorReason(ReadSecretFile(dir_.File("link")).status()), "KEY_FILE_PERMISSIONS");
  EXPECT_EQ(ErrorReason(ReadSecretFile(dir_.path()).status()), "KEY_FILE_PERMISSIONS");
}

TEST_F(DurableFileTest, FolderOfPaths) {
  const std::pair<const char*, const char*> kCases[] = {
      {"a/b/c", "a/b"}, {"c", "."}, {"/c", "/"}, {"/", "/"}, {"a/b/", "a"}, {"", "."}};
  for (const auto& [path, folder] : kCases) EXPECT_EQ(FolderOf(path), folder) << path;
}

TEST_F(DurableFileTest, FullDiskLeavesTheOldContent) {
  // The process's file size limit stands in for a full disk: the write really fails half-way.
  AMANA_ASSERT_OK(files_.WriteAtomically(path_, "old", kPrivateFile));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const absl::Status status = files_.WriteAtomically(path_, std::string(5000, 'n'), kPrivateFile);
    _exit(ErrorReason(status) == "IO_ERROR" ? 0 : 1);  // EFBIG
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_EQ(result, 0);
  EXPECT_EQ(files_.Read(path_).value(), "old");
  EXPECT_EQ(EntriesOnDisk(), 1u);
}

TEST_F(DurableFileTest, AFileIsOverwrittenInPlace) {
  {
    auto file = files_.OpenInPlace(path_).value();
    AMANA_EXPECT_OK(file->WriteAt(0, "0123456789"));
    AMANA_EXPECT_OK(file->Sync());
  }
  auto file = files_.OpenInPlace(path_).value();
  AMANA_EXPECT_OK(file->WriteAt(2, "xy"));
  AMANA_EXPECT_OK(file->WriteAt(12, "z"));
  EXPECT_EQ(file->Size().value(), 13u);
  EXPECT_EQ(file->ReadAt(1, 4).value(), "1xy4");
  EXPECT_EQ(file->ReadAt(11, 9).value(), std::string("\0z", 2));
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
}

TEST_F(DurableFileTest, AFileThatOthersCanReadIsNotOverwrittenInPlace) {
  AMANA_ASSERT_OK(files_.WriteAtomically(path_, "key", kPublicFile));
  EXPECT_EQ(ErrorReason(files_.OpenInPlace(path_).status()), "KEY_FILE_PERMISSIONS");
  const std::string link = path_ + "-link";
  AMANA_ASSERT_OK(files_.WriteAtomically(path_, "key", kPrivateFile));
  ASSERT_EQ(symlink(path_.c_str(), link.c_str()), 0);
  EXPECT_EQ(ErrorReason(files_.OpenInPlace(link).status()), "KEY_FILE_PERMISSIONS");
}

TEST_F(DurableFileTest, FaultsStrikeTheNthCall) {
  FaultFileSystem faulty(files_);
  faulty.Fail(FaultFileSystem::kWrite, 2, IoError("disk", "EIO"));
  AMANA_EXPECT_OK(faulty.WriteAtomically(path_, "1", kPrivateFile));
  EXPECT_EQ(ErrorReason(faulty.WriteAtomically(path_, "2", kPrivateFile)), "IO_ERROR");
  AMANA_EXPECT_OK(faulty.WriteAtomically(path_, "3", kPrivateFile));
  EXPECT_EQ(faulty.calls(FaultFileSystem::kWrite), 3);

  faulty.Fail(FaultFileSystem::kRead, 1, IoError("disk", "EIO"), true);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(faulty.Read(path_).ok());
  faulty.Heal();
  EXPECT_EQ(faulty.Read(path_).value(), "3");
}

TEST_F(DurableFileTest, FaultyAppendLeavesHalf) {
  FaultFileSystem faulty(files_);
  auto file = faulty.OpenAppend(path_, kPrivateFile).value();
  faulty.Fail(FaultFileSystem::kWrite, 1, DiskFullError("disk"));
  EXPECT_FALSE(file->Append("12345678").ok());
  EXPECT_EQ(file->size(), 4u);
  AMANA_EXPECT_OK(file->Truncate(0));
  AMANA_EXPECT_OK(file->Append("good"));
  faulty.Fail(FaultFileSystem::kSync, 1, FsyncFailedError("disk", "EIO"));
  EXPECT_TRUE(IsFsyncFailure(file->Sync()));
  EXPECT_EQ(faulty.Read(path_).value(), "good");
}

TEST_F(DurableFileTest, FaultyOverwritingLeavesHalf) {
  FaultFileSystem faulty(files_);
  auto file = faulty.OpenInPlace(path_).value();
  AMANA_EXPECT_OK(file->WriteAt(0, "........"));
  faulty.Fail(FaultFileSystem::kWrite, 1, DiskFullError("disk"));
  EXPECT_FALSE(file->WriteAt(0, "12345678").ok());
  EXPECT_EQ(file->ReadAt(0, 8).value(), "1234....");
  faulty.Fail(FaultFileSystem::kSync, 1, FsyncFailedError("disk", "EIO"));
  EXPECT_TRUE(IsFsyncFailure(file->Sync()));
}

TEST_F(DurableFileTest, LimitedSpaceRunsOut) {
  FaultFileSystem faulty(files_);
  faulty.LimitSpace(10);
  AMANA_EXPECT_OK(faulty.WriteAtomically(path_, "123456", kPrivateFile));
  EXPECT_EQ(faulty.FreeBytes(path_).value(), 4u);
  EXPECT_EQ(ErrorReason(faulty.CreateAtomically(path_ + "2", "12345", kPrivateFile)), "DISK_FULL");
  faulty.LimitSpace(std::nullopt);
  AMANA_EXPECT_OK(faulty.CreateAtomically(path_ + "2", "12345", kPrivateFile));
}

}  // namespace
}  // namespace amana
