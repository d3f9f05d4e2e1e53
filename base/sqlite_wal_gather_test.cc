#include "base/sqlite_wal_gather.h"

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/sqlite.h"
#include "base/sqlite_fault.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::sqlite {
namespace {

constexpr const char* kVfs = "under-gather";

class WalGatherTest : public testing::Test {
 protected:
  std::unique_ptr<Database> Open(const std::string& name, const std::string& vfs) {
    auto db = Database::Open(dir_.File(name), {.wal_autocheckpoint_pages = 0, .vfs = vfs});
    EXPECT_TRUE(IsOk(db));
    return db.ok() ? *std::move(db) : nullptr;
  }
  static absl::Status Insert(Database& db, const std::string& body) {
    return db.Run("INSERT INTO item(body) VALUES(?)", Blob(body));
  }
  // What a process that starts after a crash at this moment finds.
  int64_t CountAfterCrash() {
    const std::string copy = "copy" + std::to_string(++copies_);
    for (const char* end : {"", "-wal"}) {
      std::filesystem::copy_file(dir_.File("data.db") + end, dir_.File(copy) + end);
    }
    const auto db = Open(copy, "");
    auto count = db->Prepare("SELECT count(*) FROM item");
    EXPECT_TRUE(count.ok() && count->Step().value_or(false));
    return count->Int(0);
  }

  FaultVfs vfs_{kVfs};
  TempDir dir_;
  int copies_ = 0;
};

TEST_F(WalGatherTest, ACommitIsAFewLargeWritesAndInTheFileWhenItReturns) {
  const auto db = Open("data.db", kVfs);
  AMANA_ASSERT_OK(db->Exec("CREATE TABLE item(id INTEGER PRIMARY KEY, body BLOB)"));
  auto transaction = Transaction::Begin(*db);
  constexpr int kRows = 100;  // a page each
  for (int i = 0; i < kRows; ++i) AMANA_ASSERT_OK(Insert(*db, std::string(4000, 'x')));
  const int before = vfs_.calls(FaultVfs::kWrite);
  AMANA_ASSERT_OK(transaction->Commit());
  EXPECT_LT(vfs_.calls(FaultVfs::kWrite) - before, 10);
  EXPECT_EQ(CountAfterCrash(), kRows);
}

TEST_F(WalGatherTest, WhatCouldNotBeWrittenIsNotInTheFileLater) {
  const auto db = Open("data.db", kVfs);
  AMANA_ASSERT_OK(db->Exec("CREATE TABLE item(id INTEGER PRIMARY KEY, body BLOB)"));
  AMANA_ASSERT_OK(Insert(*db, "first"));
  vfs_.Fail(FaultVfs::kWrite, 1, SQLITE_FULL);
  EXPECT_EQ(ErrorReason(Insert(*db, "lost")), "DISK_FULL");
  // Reading the WAL's pages and copying them flushes whatever is gathered.
  AMANA_ASSERT_OK(db->Checkpoint(CheckpointMode::kPassive));
  EXPECT_EQ(CountAfterCrash(), 1);
  AMANA_ASSERT_OK(Insert(*db, "third"));
  EXPECT_EQ(CountAfterCrash(), 2);
}

TEST_F(WalGatherTest, ThereMustBeAVfsBelow) {
  EXPECT_EQ(ErrorReason(WalGatherVfs("no such").status()), "SQL_ERROR");
  EXPECT_EQ(WalGatherVfs(kVfs).value(), WalGatherVfs(kVfs).value());
  EXPECT_NE(WalGatherVfs(kVfs).value(), WalGatherVfs("").value());
}

}  // namespace
}  // namespace amana::sqlite
