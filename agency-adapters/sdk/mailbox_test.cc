#include "agency-adapters/sdk/mailbox.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <thread>
#include <vector>

#include "base/durable_file.h"
#include "base/sqlite_fault.h"
#include "base/status.h"
#include "base/testing.h"

namespace amana::sdk {
namespace {

using sqlite::Database;

absl::Status Insert(Mailbox& mailbox, int64_t size) {
  return mailbox.Write([&](Database& db) {
    return db.Run("INSERT INTO checkpoints(size, root, note) VALUES(?1, ?2, '')", size,
                  sqlite::Blob(std::string_view("root")));
  });
}

int64_t Count(Mailbox& mailbox) {
  int64_t count = -1;
  AMANA_EXPECT_OK(mailbox.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(auto row, db.Prepare("SELECT count(*) FROM checkpoints"));
    AMANA_RETURN_IF_ERROR(row.Step().status());
    count = row.Int(0);
    return absl::OkStatus();
  }));
  return count;
}

TEST(MailboxTest, IsPrivateAndKeepsWhatWasWritten) {
  TempDir dir;
  const std::string folder = dir.File("data");
  AMANA_ASSERT_OK(Insert(**Mailbox::Open(folder), 1));
  EXPECT_EQ(Count(**Mailbox::Open(folder)), 1);
  struct stat info {};
  ASSERT_EQ(stat(folder.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  ASSERT_EQ(stat((folder + "/mailbox.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(MailboxTest, WhatFailsIsUndone) {
  TempDir dir;
  const auto mailbox = Mailbox::Open(dir.path()).value();
  EXPECT_EQ(mailbox
                ->Write([](Database& db) -> absl::Status {
                  AMANA_RETURN_IF_ERROR(db.Exec("DELETE FROM checkpoints"));
                  AMANA_RETURN_IF_ERROR(
                      db.Run("INSERT INTO checkpoints(size, root, note) VALUES(1, x'00', '')"));
                  return absl::AbortedError("no");
                })
                .code(),
            absl::StatusCode::kAborted);
  EXPECT_EQ(Count(*mailbox), 0);
}

TEST(MailboxTest, SeveralProgramsMayWriteAtOnce) {
  TempDir dir;
  constexpr int kEach = 20;
  std::vector<std::thread> programs;
  programs.reserve(3);
  for (int program = 0; program < 3; ++program) {
    programs.emplace_back([&, program] {
      const auto mailbox = Mailbox::Open(dir.path()).value();
      for (int i = 0; i < kEach; ++i) AMANA_EXPECT_OK(Insert(*mailbox, program * kEach + i));
    });
  }
  for (std::thread& program : programs) program.join();
  EXPECT_EQ(Count(**Mailbox::Open(dir.path())), 3 * kEach);
}

TEST(MailboxTest, ScrubbingLeavesNothingInTheLog) {
  TempDir dir;
  const auto mailbox = Mailbox::Open(dir.path()).value();
  AMANA_ASSERT_OK(Insert(*mailbox, 1));
  EXPECT_GT(RealFileSystem().Size(dir.File("mailbox.db-wal")).value(), 0u);
  AMANA_ASSERT_OK(mailbox->Scrub());
  EXPECT_EQ(RealFileSystem().Size(dir.File("mailbox.db-wal")).value(), 0u);
}

// Every fsync of a write fails once: the write is not done, and no later one is.
TEST(MailboxTest, AFailedFsyncIsNeverRetried) {
  sqlite::FaultVfs vfs("mailbox-fault");
  TempDir dir;
  {
    const auto mailbox = Mailbox::Open(dir.path(), "mailbox-fault").value();
    AMANA_ASSERT_OK(Insert(*mailbox, 1));
    vfs.Fail(sqlite::FaultVfs::kSync, 1, SQLITE_IOERR_FSYNC);
    EXPECT_EQ(ErrorReason(Insert(*mailbox, 2)), "FSYNC_FAILED");
    // The disk is well again, as far as it says.
    const int syncs = vfs.calls(sqlite::FaultVfs::kSync);
    const int writes = vfs.calls(sqlite::FaultVfs::kWrite);
    bool ran = false;
    const auto work = [&](Database&) {
      ran = true;
      return absl::OkStatus();
    };
    EXPECT_EQ(ErrorReason(mailbox->Write(work)), "FSYNC_FAILED");
    EXPECT_EQ(ErrorReason(mailbox->Read(work)), "FSYNC_FAILED");
    EXPECT_EQ(ErrorReason(mailbox->Scrub()), "FSYNC_FAILED");
    EXPECT_FALSE(ran);
    EXPECT_EQ(vfs.calls(sqlite::FaultVfs::kSync), syncs);
    EXPECT_EQ(vfs.calls(sqlite::FaultVfs::kWrite), writes);
  }
  const auto mailbox = Mailbox::Open(dir.path()).value();
  EXPECT_EQ(Count(*mailbox), 1);
  AMANA_EXPECT_OK(Insert(*mailbox, 3));
}

// The fsync of the checkpoint after a commit fails: that write is durable, and the last one.
TEST(MailboxTest, AFailedFsyncOfACheckpointIsNoticed) {
  sqlite::FaultVfs vfs("mailbox-fault");
  TempDir dir;
  const std::string note(1 << 20, 'n');
  int64_t done = 0;
  {
    const auto mailbox = Mailbox::Open(dir.path(), "mailbox-fault").value();
    absl::Status status = Insert(*mailbox, ++done);
    while (status.ok() && done < 20) {
      vfs.Fail(sqlite::FaultVfs::kSync, 2, SQLITE_IOERR_FSYNC);  // the first is the commit's
      status = mailbox->Write([&](Database& db) {
        return db.Run("INSERT INTO checkpoints(size, root, note) VALUES(?1, x'00', ?2)", done + 1,
                      std::string_view(note));
      });
      if (status.ok()) ++done;
    }
    EXPECT_EQ(ErrorReason(status), "FSYNC_FAILED");
  }
  EXPECT_EQ(Count(**Mailbox::Open(dir.path())), done);
}

}  // namespace
}  // namespace amana::sdk
