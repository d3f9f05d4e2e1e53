#include "broker/store/embedded/body_keys.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "base/durable_file_fault.h"
#include "base/errors.h"
#include "base/status.h"
#include "base/testing.h"
#include "broker/store/errors.h"
#include "gtest/gtest.h"

namespace amana::store::embedded {
namespace {

constexpr size_t kBlock = 8;

std::string Bytes(const crypto::Secret& key) {
  return std::string(key.Reveal(crypto::RevealSecret()));
}

class BodyKeysTest : public testing::Test {
 protected:
  BodyKeysOptions Options() {
    return {.files = &files_, .clock = &clock_, .path = path_, .block = kBlock, .copies = {}};
  }
  absl::StatusOr<std::unique_ptr<BodyKeys>> Open(const std::string& id = "", uint64_t used = 0) {
    return BodyKeys::Open(Options(), id, {used});
  }
  // The keys of slots 0 to `count`, taken; and the file's id.
  std::string Fill(size_t count, std::vector<std::string>* keys = nullptr) {
    auto opened = Open().value();
    for (size_t i = 0; i < count; ++i) {
      const BodyKey key = opened->Take().value();
      EXPECT_EQ(key.slot, i);
      if (keys != nullptr) keys->push_back(Bytes(key.key));
    }
    return opened->id();
  }
  std::string FileBytes() { return RealFileSystem().Read(path_).value(); }

  TempDir dir_;
  const std::string path_ = dir_.File("keys.amana");
  FaultFileSystem files_{RealFileSystem()};
  FakeClock clock_{absl::FromUnixSeconds(1'750'000'000)};
};

TEST_F(BodyKeysTest, EveryKeyIsAnotherAndIsFoundAgain) {
  std::vector<std::string> keys;
  const std::string id = Fill(3 * kBlock + 1, &keys);
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
  auto again = Open(id, keys.size()).value();
  for (size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(Bytes(*again->Find(i)), keys[i]);
  EXPECT_EQ(again->Take()->slot, keys.size()) << "what was made ahead is not lost";
  struct stat info {};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
}

TEST_F(BodyKeysTest, AKeyIsOnDiskBeforeItIsGivenOut) {
  auto opened = Open().value();
  for (size_t i = 0; i < 4 * kBlock; ++i) {
    const BodyKey key = opened->Take().value();
    EXPECT_NE(FileBytes().find(Bytes(key.key)), std::string::npos);
  }
  EXPECT_LE(files_.calls(FaultFileSystem::kSync), 7) << "one fsync a block";
}

TEST_F(BodyKeysTest, WhatIsErasedIsGone) {
  std::vector<std::string> keys;
  const std::string id = Fill(6, &keys);
  {
    auto opened = Open(id, 6).value();
    AMANA_EXPECT_OK(opened->Erase({1, 4}));
    EXPECT_EQ(ErrorReason(opened->Find(1).status()), "KEY_GONE");
    const int syncs = files_.calls(FaultFileSystem::kSync);
    AMANA_EXPECT_OK(opened->Erase({1, 4, 1'000'000}));
    EXPECT_EQ(files_.calls(FaultFileSystem::kSync), syncs) << "nothing left to do";
  }
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(FileBytes().find(keys[i]) == std::string::npos, i == 1 || i == 4) << i;
  }
  auto opened = Open(id, 6).value();
  EXPECT_EQ(ErrorReason(opened->Find(4).status()), "KEY_GONE");
  AMANA_EXPECT_OK(opened->Find(0));
  EXPECT_EQ(ErrorReason(opened->Find(1'000'000).status()), "KEY_GONE");
}

// A database put back from a backup names fewer slots than were used and erased.
TEST_F(BodyKeysTest, AnErasedSlotIsNotGivenOutAgain) {
  const std::string id = Fill(6);
  AMANA_EXPECT_OK(Open(id, 6).value()->Erase({3}));
  auto opened = Open(id, 2).value();
  EXPECT_EQ(opened->Take()->slot, 2u);
  EXPECT_EQ(opened->Take()->slot, 4u);
}

TEST_F(BodyKeysTest, WhereTheDatabaseIsNotSureNothingInTheFileIsGivenOut) {
  const std::string id = Fill(6);
  const size_t made = FileBytes().size() / 64 - 1;
  auto opened = BodyKeys::Open(Options(), id, {2, false}).value();
  EXPECT_EQ(opened->Take()->slot, made);
  AMANA_EXPECT_OK(opened->Find(5));
}

TEST_F(BodyKeysTest, AFileThatIsNotWhatTheDatabaseNeedsIsRefused) {
  const std::string id = Fill(6);
  const std::string good = FileBytes();
  const auto put = [this](std::string_view bytes) {
    AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(path_, bytes, kPrivateFile));
  };
  std::filesystem::resize_file(path_, 64 * 7 - 1);
  EXPECT_EQ(ErrorReason(Open(id, 6).status()), "KEY_FILE_TRUNCATED");
  std::filesystem::resize_file(path_, 0);
  EXPECT_EQ(ErrorReason(Open(id, 0).status()), "KEY_FILE_TRUNCATED");
  std::filesystem::remove(path_);
  EXPECT_EQ(ErrorReason(Open(id, 6).status()), "KEY_FILE_MISSING");
  EXPECT_EQ(ErrorReason(Open(id, 0).status()), "KEY_FILE_MISSING");
  EXPECT_FALSE(std::filesystem::exists(path_)) << "it must not look as if it were there";
  std::string damaged = good;
  damaged[20] ^= 1;
  put(damaged);
  EXPECT_EQ(ErrorReason(Open(id, 6).status()), "KEY_FILE_DAMAGED");
  put(good);
  EXPECT_EQ(ErrorReason(Open(std::string(16, 'x'), 6).status()), "KEY_FILE_FOREIGN");
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  EXPECT_EQ(ErrorReason(Open(id, 6).status()), "KEY_FILE_PERMISSIONS");
  put(good);
  AMANA_EXPECT_OK(Open(id, 6));
}

TEST_F(BodyKeysTest, ADamagedSlotIsToldApartFromAnErasedOne) {
  const std::string id = Fill(4);
  std::string bytes = FileBytes();
  bytes[64 * 3 + 20] ^= 1;
  AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(path_, bytes, kPrivateFile));
  auto opened = Open(id, 4).value();
  EXPECT_EQ(ErrorReason(opened->Find(2).status()), "STORE_CORRUPT");
  AMANA_EXPECT_OK(opened->Find(1));
}

TEST_F(BodyKeysTest, AFullDiskIsToldAndOvercome) {
  auto opened = Open().value();
  files_.LimitSpace(0);
  absl::Status status;
  size_t taken = 0;
  for (; status.ok() && taken < 100; ++taken) status = opened->Take().status();
  EXPECT_EQ(ErrorReason(status), "DISK_FULL");
  EXPECT_EQ(taken, kBlock + 1);
  files_.LimitSpace(std::nullopt);
  const BodyKey key = opened->Take().value();
  EXPECT_EQ(Bytes(*opened->Find(key.slot)), Bytes(key.key));
}

TEST_F(BodyKeysTest, AHalfWrittenBlockIsNoKeyOfAnybody) {
  const std::string id = Fill(2);
  std::filesystem::resize_file(path_, 64 * 6 + 30);  // five keys and a part of one
  auto opened = Open(id, 2).value();
  std::vector<uint64_t> slots;
  for (int i = 0; i < 6; ++i) slots.push_back(opened->Take()->slot);
  EXPECT_EQ(slots, (std::vector<uint64_t>{2, 3, 4, 6, 7, 8}));
}

TEST_F(BodyKeysTest, AFailedFsyncEndsTheProcess) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto opened = Open().value();
    files_.Fail(FaultFileSystem::kSync, 1, FsyncFailedError("keys", "EIO"));
    for (size_t i = 0; i < 3 * kBlock; ++i) (void)opened->Take();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 74);
}

TEST_F(BodyKeysTest, ManyThreadsTakeDifferentKeys) {
  auto opened = Open().value();
  std::vector<std::set<uint64_t>> slots(4);
  std::vector<std::thread> threads;
  for (auto& mine : slots) {
    threads.emplace_back([&opened, &mine] {
      for (int i = 0; i < 100; ++i) mine.insert(opened->Take()->slot);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<uint64_t> all;
  for (const auto& mine : slots) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 400u);
}

TEST_F(BodyKeysTest, WhatIsClosedGivesNothingOutAndIsStillRead) {
  auto opened = Open().value();
  const uint64_t slot = opened->Take()->slot;
  opened->Close();
  absl::Status status;
  for (size_t i = 0; status.ok() && i < 4 * kBlock; ++i) status = opened->Take().status();
  EXPECT_EQ(ErrorReason(status), "STORE_UNAVAILABLE");
  AMANA_EXPECT_OK(opened->Find(slot));
}

// --- copies

class KeyCopiesTest : public BodyKeysTest {
 protected:
  std::vector<std::string> Names() { return RealFileSystem().List(folder_).value(); }
  absl::Status Maintain() {
    auto keys = RealFileSystem().OpenInPlace(path_).value();
    return copies_.Maintain(*keys, clock_.Now());
  }
  void SetUp() override { id_ = Fill(6); }

  const std::string folder_ = dir_.File("copies");
  KeyCopies copies_{files_, {.folder = folder_, .keep = 2, .lifetime = absl::Hours(24)}};
  std::string id_;
};

TEST_F(KeyCopiesTest, ACopyCanBePutBackAndLapses) {
  AMANA_EXPECT_OK(Maintain());
  ASSERT_EQ(Names().size(), 1u);
  EXPECT_EQ(Names()[0], "keys-20250615T150640Z.amana");
  std::filesystem::remove(path_);
  std::filesystem::copy_file(folder_ + "/" + Names()[0], path_);
  AMANA_EXPECT_OK(Open(id_, 6).value()->Find(5));

  clock_.Advance(absl::Hours(11));
  AMANA_EXPECT_OK(Maintain());
  EXPECT_EQ(Names().size(), 1u);
  clock_.Advance(absl::Hours(1));
  AMANA_EXPECT_OK(Maintain());
  EXPECT_EQ(Names().size(), 2u);
  for (int hours = 12; hours < 24 * 5; hours += 12) {
    const std::string oldest = Names().front();
    clock_.Advance(absl::Hours(12));
    AMANA_EXPECT_OK(Maintain());
    EXPECT_EQ(Names().size(), 2u);
    EXPECT_NE(Names().front(), oldest) << "destroyed after its time";
  }
}

TEST_F(KeyCopiesTest, WhatWasLeftByOthersLapsesAsWell) {
  AMANA_EXPECT_OK(Maintain());
  AMANA_EXPECT_OK(
      RealFileSystem().WriteAtomically(folder_ + "/keys-20990101T000000Z.amana", "k", 0600));
  AMANA_EXPECT_OK(
      RealFileSystem().WriteAtomically(folder_ + "/keys-20250615T150639Z.amana.part", "k", 0600));
  AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(folder_ + "/notes", "not ours", 0600));
  KeyCopies next(files_, {.folder = folder_, .keep = 2, .lifetime = absl::Hours(24)});
  auto keys = RealFileSystem().OpenInPlace(path_).value();
  const int renamed = files_.calls(FaultFileSystem::kRename);
  clock_.Advance(absl::Hours(1));
  AMANA_EXPECT_OK(next.Maintain(*keys, clock_.Now()));
  EXPECT_EQ(files_.calls(FaultFileSystem::kRename), renamed) << "there is a fresh one";
  EXPECT_EQ(Names(), (std::vector<std::string>{"keys-20250615T150640Z.amana", "notes"}));
}

TEST_F(KeyCopiesTest, ACopyIsOverwrittenBeforeItIsRemoved) {
  AMANA_EXPECT_OK(Maintain());
  const std::string copy = folder_ + "/" + Names()[0];
  std::filesystem::create_hard_link(copy, dir_.File("held"));
  clock_.Advance(absl::Hours(24));
  AMANA_EXPECT_OK(Maintain());
  const std::string held = RealFileSystem().Read(dir_.File("held")).value();
  EXPECT_EQ(held, std::string(held.size(), '\0'));
}

TEST_F(KeyCopiesTest, AFailureIsToldAndTriedAgainAMinuteLater) {
  files_.Fail(FaultFileSystem::kRename, 1, DiskFullError("copies"));
  EXPECT_EQ(ErrorReason(Maintain()), "DISK_FULL");
  EXPECT_EQ(ErrorReason(Maintain()), "DISK_FULL") << "until it is tried again";
  EXPECT_EQ(Names().size(), 1u) << "half made";
  clock_.Advance(absl::Minutes(1));
  AMANA_EXPECT_OK(Maintain());
  EXPECT_EQ(Names(), (std::vector<std::string>{"keys-20250615T150740Z.amana"}));
}

TEST_F(KeyCopiesTest, TheNewestCopyHoldsEveryKeyInUse) {
  BodyKeysOptions options = Options();
  options.copies = {.folder = folder_, .keep = 2, .lifetime = absl::Hours(24)};
  std::vector<std::string> keys;
  {
    auto opened = BodyKeys::Open(options, id_, {6}).value();
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    std::error_code error;
    while (std::filesystem::is_empty(folder_, error) != false || error) {
      ASSERT_LT(absl::Now(), deadline);
      absl::SleepFor(absl::Milliseconds(5));
      error.clear();
    }
    while (!Names().back().ends_with(".amana") && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(5));
    }
    for (size_t i = 0; i < 5 * kBlock; ++i) keys.push_back(Bytes(opened->Take()->key));
  }
  std::filesystem::remove(path_);
  std::filesystem::copy_file(folder_ + "/" + Names().back(), path_);
  auto opened = Open(id_, 6 + keys.size()).value();
  for (size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(Bytes(*opened->Find(6 + i)), keys[i]);
}

}  // namespace
}  // namespace amana::store::embedded
