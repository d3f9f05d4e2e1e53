#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <thread>

#include "base/durable_file.h"
#include "base/sqlite.h"
#include "base/testing.h"

namespace amana::sqlite {
namespace {

class SqliteBackupTest : public testing::Test {
 protected:
  void SetUp() override {
    writer_ = *Database::Open(dir_.File("a.db"), {});
    AMANA_ASSERT_OK(writer_->Exec("CREATE TABLE t (n INTEGER PRIMARY KEY, b BLOB)"));
    Add(100);
  }
  void Add(int rows) {
    AMANA_ASSERT_OK(writer_->Begin());
    for (int i = 0; i < rows; ++i) {
      AMANA_ASSERT_OK(writer_->Run("INSERT INTO t (b) VALUES (randomblob(1000))"));
    }
    AMANA_ASSERT_OK(writer_->Commit());
  }
  std::unique_ptr<Database> Reader(const std::string& name) {
    OpenOptions options;
    options.mode = Mode::kReader;
    return *Database::Open(dir_.File(name), options);
  }
  static int64_t Rows(Database& db) {
    auto count = db.Prepare("SELECT count(*) FROM t");
    AMANA_EXPECT_OK(count->Step());
    return count->Int(0);
  }

  TempDir dir_;
  std::unique_ptr<Database> writer_;
};

TEST_F(SqliteBackupTest, OneFileWithWhatIsCommitted) {
  const auto reader = Reader("a.db");
  AMANA_ASSERT_OK(writer_->Begin());
  AMANA_ASSERT_OK(writer_->Run("INSERT INTO t (b) VALUES (x'00')"));  // not committed: not in it
  AMANA_ASSERT_OK(reader->BackUpTo(dir_.File("b.db")));
  AMANA_ASSERT_OK(writer_->Rollback());
  EXPECT_FALSE(reader->InTransaction());
  struct stat info = {};
  ASSERT_EQ(stat(dir_.File("b.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  {
    const auto copy = Reader("b.db");
    EXPECT_EQ(Rows(*copy), 100);
    AMANA_EXPECT_OK(copy->CheckIntegrity());
  }
  for (const char* beside : {"b.db-wal", "b.db-shm", "b.db-journal"}) {
    EXPECT_FALSE(RealFileSystem().Exists(dir_.File(beside)).value()) << beside;
  }
  const auto again = *Database::Open(dir_.File("b.db"), {});  // as a store again
  AMANA_EXPECT_OK(again->Run("INSERT INTO t (b) VALUES (x'00')"));
  EXPECT_EQ(Rows(*again), 101);
}

TEST_F(SqliteBackupTest, ANewFileAlways) {
  const auto reader = Reader("a.db");
  AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(dir_.File("b.db"), "kept", kPublicFile));
  EXPECT_EQ(ErrorReason(reader->BackUpTo(dir_.File("b.db"))), "FILE_EXISTS");
  EXPECT_EQ(*RealFileSystem().Read(dir_.File("b.db")), "kept");
  EXPECT_EQ(ErrorReason(reader->BackUpTo(dir_.File("none/b.db"))), "FILE_NOT_FOUND");
  AMANA_EXPECT_OK(reader->BackUpTo(dir_.File("c.db")));
}

// Several steps, with commits and checkpoints of another connection between any two of them.
TEST_F(SqliteBackupTest, OneMomentWhateverIsWritten) {
  Add(6000);  // over 1024 pages
  const auto reader = Reader("a.db");
  std::thread writing([this] {
    for (int i = 0; i < 40; ++i) {
      Add(50);
      AMANA_EXPECT_OK(writer_->Checkpoint(CheckpointMode::kPassive).status());
    }
  });
  for (int i = 0; i < 5; ++i) {
    const std::string name = "copy" + std::to_string(i) + ".db";
    AMANA_EXPECT_OK(reader->BackUpTo(dir_.File(name)));
    const auto copy = Reader(name);
    EXPECT_EQ(Rows(*copy) % 50, 0);
    EXPECT_GE(Rows(*copy), 6100);
    AMANA_EXPECT_OK(copy->CheckIntegrity());
  }
  writing.join();
}

}  // namespace
}  // namespace amana::sqlite
