#include "base/sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/sqlite_fault.h"
#include "base/testing.h"
#include "gtest/gtest.h"

namespace amana::sqlite {
namespace {

constexpr std::string_view kSchema[] = {
    "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT UNIQUE, body BLOB) STRICT"};

class SqliteTest : public testing::Test {
 protected:
  std::unique_ptr<Database> Open(const OpenOptions& options = {}) {
    auto db = Database::Open(path_, options);
    EXPECT_TRUE(IsOk(db));
    if (!db.ok()) return nullptr;
    if (options.mode == Mode::kWriter) {
      AMANA_EXPECT_OK(Migrate(**db, kSchema));
    }
    return *std::move(db);
  }
  int64_t Count(Database& db) {
    auto statement = db.Prepare("SELECT count(*) FROM item");
    EXPECT_TRUE(statement.ok() && statement->Step().value_or(false));
    return statement->Int(0);
  }
  std::string Pragma(Database& db, const std::string& name) {
    const std::string sql = "PRAGMA " + name;
    auto statement = db.Prepare(sql);
    EXPECT_TRUE(statement.ok() && statement->Step().value_or(false)) << name;
    return std::string(statement->Text(0));
  }

  TempDir dir_;
  const std::string path_ = dir_.File("data.db");
};

TEST_F(SqliteTest, WriterHasTheRulesOfTheStore) {
  auto db = Open();
  const std::pair<const char*, const char*> kExpected[] = {
      {"journal_mode", "wal"}, {"synchronous", "2"},  {"secure_delete", "1"},
      {"foreign_keys", "1"},   {"mmap_size", "0"},    {"wal_autocheckpoint", "1000"},
      {"temp_store", "2"},     {"user_version", "1"},
  };
  for (const auto& [name, value] : kExpected) EXPECT_EQ(Pragma(*db, name), value) << name;
}

TEST_F(SqliteTest, FilesArePrivate) {
  auto db = Open();
  AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES(?)", "a"));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat info {};
    ASSERT_EQ(stat((path_ + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(SqliteTest, BindsAndReadsEveryType) {
  auto db = Open();
  AMANA_ASSERT_OK(db->Exec("CREATE TABLE t(a INT, b INT, c TEXT, d BLOB, e, f TEXT, g, h BLOB)"));
  const std::string text("te\0xt", 5), blob("\0\xff\x01", 3);
  const std::optional<std::string> given = "given", absent;
  AMANA_ASSERT_OK(db->Run("INSERT INTO t VALUES(?,?,?,?,?,?,?,?)", INT64_MIN, true, text,
                          Blob(blob), nullptr, given, absent, Blob(std::string_view())));
  auto row = db->Prepare("SELECT *, typeof(c), typeof(d), typeof(h) FROM t");
  ASSERT_TRUE(row.ok() && row->Step().value());
  EXPECT_EQ(row->Int(0), INT64_MIN);
  EXPECT_TRUE(row->Bool(1));
  EXPECT_EQ(row->Text(2), text);
  EXPECT_EQ(row->Bytes(3), blob);
  EXPECT_TRUE(row->IsNull(4));
  EXPECT_EQ(row->Text(5), "given");
  EXPECT_TRUE(row->IsNull(6));
  EXPECT_EQ(row->Bytes(7), "");
  EXPECT_EQ(row->Text(8), "text");
  EXPECT_EQ(row->Text(9), "blob");
  EXPECT_EQ(row->Text(10), "blob");
  EXPECT_FALSE(row->Step().value());
}

TEST_F(SqliteTest, SameTextMayBeInUseTwiceAndIsUnboundBetweenUses) {
  auto db = Open();
  for (const char* name : {"a", "b"}) {
    AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES(?)", name));
  }
  const char* kSql = "SELECT name FROM item WHERE ?1 IS NULL OR name = ?1 ORDER BY name";
  {
    auto outer = db->Prepare(kSql), inner = db->Prepare(kSql);
    ASSERT_TRUE(outer.ok() && inner.ok());
    outer->Bind("a");
    inner->Bind("b");
    ASSERT_TRUE(outer->Step().value() && inner->Step().value());
    EXPECT_EQ(outer->Text(0), "a");
    EXPECT_EQ(inner->Text(0), "b");
  }  // both given back in the middle of a row
  auto again = db->Prepare(kSql);
  ASSERT_TRUE(again.ok() && again->Step().value());
  EXPECT_EQ(again->Text(0), "a");  // no old binding
  EXPECT_TRUE(again->Step().value());
}

TEST_F(SqliteTest, OneStatementServesManyRows) {
  auto db = Open();
  auto transaction = Transaction::Begin(*db);
  auto insert = db->Prepare("INSERT INTO item(id, name) VALUES(?, ?)");
  for (int i = 1; i <= 100; ++i) {
    const std::string name = std::to_string(i);
    AMANA_ASSERT_OK(insert->Bind(i, name).Run());
    EXPECT_EQ(db->Changes(), 1);
    EXPECT_EQ(db->LastInsertRowId(), i);
  }
  AMANA_ASSERT_OK(transaction->Commit());
  EXPECT_EQ(Count(*db), 100);
}

TEST_F(SqliteTest, ErrorsNameTheRuleAndNeverTheValue) {
  auto db = Open();
  const std::string secret = "SYNTHETIC-SECRET";
  AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES(?)", secret));
  const struct {
    absl::Status status;
    absl::StatusCode code;
    const char* reason;
  } kCases[] = {
      {db->Run("INSERT INTO item(name) VALUES(?)", secret), absl::StatusCode::kAlreadyExists,
       "CONSTRAINT"},
      {db->Run("INSERT INTO item(id) VALUES(?)", secret), absl::StatusCode::kInternal, "SQL_ERROR"},
      {db->Run("INSERT INTO item(body) VALUES(?)", secret), absl::StatusCode::kFailedPrecondition,
       "CONSTRAINT"},
      {db->Run("SELECT json_extract('{}', ?)", secret), absl::StatusCode::kInternal, "SQL_ERROR"},
      {db->Run("SELECT nothing FROM item"), absl::StatusCode::kInternal, "SQL_ERROR"},
      {db->Run("SELECT \"no string\""), absl::StatusCode::kInternal, "SQL_ERROR"},
      {db->Run("SELECT ?", 1, 2), absl::StatusCode::kInternal, "SQL_ERROR"},
      {db->Run(""), absl::StatusCode::kInternal, "SQL_ERROR"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(c.status.code(), c.code) << c.status;
    EXPECT_EQ(ErrorReason(c.status), c.reason) << c.status;
    EXPECT_EQ(std::string(c.status.message()).find(secret), std::string::npos) << c.status;
  }
  EXPECT_NE(std::string(kCases[0].status.message()).find("item.name"), std::string::npos);
}

TEST_F(SqliteTest, AFailedStatementCanBeUsedAgain) {
  auto db = Open();
  auto insert = db->Prepare("INSERT INTO item(id) VALUES(?)");
  AMANA_ASSERT_OK(insert->Bind(1).Run());
  EXPECT_FALSE(insert->Bind(1).Run().ok());
  AMANA_EXPECT_OK(insert->Bind(2).Run());
}

TEST_F(SqliteTest, TransactionRollsBackUnlessCommitted) {
  auto db = Open();
  {
    auto transaction = Transaction::Begin(*db);
    AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES('a')"));
    EXPECT_TRUE(db->InTransaction());
  }
  EXPECT_FALSE(db->InTransaction());
  EXPECT_EQ(Count(*db), 0);
  AMANA_EXPECT_OK(db->Rollback());  // nothing to do
}

TEST_F(SqliteTest, SavepointsNest) {
  auto db = Open();
  auto transaction = Transaction::Begin(*db);
  const auto insert = [&](const char* name) {
    AMANA_EXPECT_OK(db->Run("INSERT INTO item(name) VALUES(?)", name));
  };
  {
    auto outer = SavepointScope::Begin(*db);
    insert("a");
    {
      auto inner = SavepointScope::Begin(*db);
      insert("b");
    }
    auto second = SavepointScope::Begin(*db);
    insert("c");
    AMANA_ASSERT_OK(second->Release());
    AMANA_ASSERT_OK(outer->Release());
  }
  AMANA_ASSERT_OK(transaction->Commit());
  EXPECT_EQ(Count(*db), 2);
  EXPECT_TRUE(db->Run("INSERT INTO item(name) VALUES('b')").ok());
}

TEST_F(SqliteTest, ReaderSeesSnapshotsAndCannotWrite) {
  auto writer = Open();
  auto reader = Open({.mode = Mode::kReader});
  AMANA_ASSERT_OK(writer->Run("INSERT INTO item(name) VALUES('a')"));
  auto snapshot = Transaction::Begin(*reader);
  EXPECT_EQ(Count(*reader), 1);
  AMANA_ASSERT_OK(writer->Run("INSERT INTO item(name) VALUES('b')"));  // not blocked
  EXPECT_EQ(Count(*reader), 1);
  AMANA_ASSERT_OK(snapshot->Commit());
  EXPECT_EQ(Count(*reader), 2);
  EXPECT_EQ(ErrorReason(reader->Run("DELETE FROM item")), "STORE_READ_ONLY");
  EXPECT_EQ(ErrorReason(reader->Checkpoint(CheckpointMode::kPassive).status()), "STORE_READ_ONLY");
}

TEST_F(SqliteTest, SecondWriterIsBusy) {
  auto first = Open();
  auto second = Open({.busy_timeout = absl::ZeroDuration()});
  auto transaction = Transaction::Begin(*first);
  EXPECT_EQ(ErrorReason(second->Begin()), "STORE_BUSY");
}

TEST_F(SqliteTest, OwnerCheckpoints) {
  auto db = Open({.wal_autocheckpoint_pages = 0});
  const std::string body(100'000, 'x');
  for (int i = 0; i < 100; ++i) {
    AMANA_ASSERT_OK(db->Run("INSERT INTO item(body) VALUES(?)", Blob(body)));
  }
  EXPECT_GT(db->wal_pages(), 1000);  // nothing was checkpointed behind our back
  {
    auto reader = Open({.mode = Mode::kReader});
    auto snapshot = Transaction::Begin(*reader);
    EXPECT_EQ(Count(*reader), 100);
    AMANA_ASSERT_OK(db->Run("INSERT INTO item(body) VALUES(?)", Blob(body)));
    const CheckpointResult held = db->Checkpoint(CheckpointMode::kPassive).value();
    EXPECT_TRUE(held.blocked);
    EXPECT_LT(held.copied_pages, held.wal_pages);
  }
  const CheckpointResult done = db->Checkpoint(CheckpointMode::kPassive).value();
  EXPECT_FALSE(done.blocked);
  EXPECT_EQ(done.copied_pages, done.wal_pages);
  {
    auto reader = Open({.mode = Mode::kReader});
    auto snapshot = Transaction::Begin(*reader);
    EXPECT_EQ(Count(*reader), 101);
    AMANA_ASSERT_OK(db->Run("INSERT INTO item(body) VALUES(?)", Blob(body)));
    const absl::Time before = absl::Now();
    EXPECT_TRUE(db->Checkpoint(CheckpointMode::kTruncateNow).value().blocked);
    EXPECT_LT(absl::Now() - before, absl::Seconds(4)) << "waits for nobody";
  }
  const CheckpointResult emptied = db->Checkpoint(CheckpointMode::kTruncateNow).value();
  EXPECT_FALSE(emptied.blocked);
  EXPECT_EQ(emptied.wal_pages, 0);
  EXPECT_EQ(db->Checkpoint(CheckpointMode::kTruncate).value().wal_pages, 0);
}

TEST_F(SqliteTest, MigratesStepByStepAndRefusesTheFuture) {
  constexpr std::string_view kTwo[] = {kSchema[0],
                                       "CREATE TABLE more(x); INSERT INTO more VALUES(7)"};
  constexpr std::string_view kBroken[] = {kTwo[0], kTwo[1], "CREATE TABLE z(x); CREATE BROKEN"};
  auto db = Open();
  EXPECT_EQ(ErrorReason(Migrate(*db, kBroken)), "SQL_ERROR");
  EXPECT_EQ(Pragma(*db, "user_version"), "2");  // the second script stays, the third left nothing
  AMANA_EXPECT_OK(db->Run("CREATE TABLE z(x)"));
  AMANA_EXPECT_OK(Migrate(*db, kTwo));
  EXPECT_EQ(Pragma(*db, "user_version"), "2");
  const absl::Status status = Migrate(*db, kSchema);
  EXPECT_EQ(ErrorReason(status), "SCHEMA_TOO_NEW");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(SqliteTest, OpenFailuresAreNamed) {
  EXPECT_EQ(ErrorReason(Database::Open(dir_.File("no/such/folder.db"), {}).status()),
            "FILE_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Database::Open(path_, {.mode = Mode::kReader}).status()), "FILE_NOT_FOUND");
  std::ofstream(path_) << std::string(8192, 'x');
  EXPECT_EQ(ErrorReason(Database::Open(path_, {}).status()), "STORE_CORRUPT");
}

TEST_F(SqliteTest, IntegrityCheckFindsDamage) {
  {
    auto db = Open();
    const std::string name(500, 'n');
    for (int i = 0; i < 200; ++i) {
      const std::string unique = name + std::to_string(i);
      AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES(?)", unique));
    }
    AMANA_EXPECT_OK(db->CheckIntegrity());
  }
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096 * 3);
  file << std::string(4096, '\x5a');
  file.close();
  auto db = Database::Open(path_, {});
  AMANA_ASSERT_OK(db);
  EXPECT_EQ(ErrorReason((*db)->CheckIntegrity()), "STORE_CORRUPT");
}

TEST_F(SqliteTest, FaultsOfTheDiskAreToldApart) {
  FaultVfs vfs("fault");
  const struct {
    FaultVfs::Op op;
    int code;
    const char* reason;
    bool fsync;
  } kCases[] = {
      {FaultVfs::kWrite, SQLITE_FULL, "DISK_FULL", false},
      {FaultVfs::kWrite, SQLITE_IOERR_WRITE, "IO_ERROR", false},
      {FaultVfs::kSync, SQLITE_IOERR_FSYNC, "FSYNC_FAILED", true},
      {FaultVfs::kSync, SQLITE_IOERR_DIR_FSYNC, "FSYNC_FAILED", true},
  };
  auto db = Open({.vfs = "fault"});
  for (const auto& c : kCases) {
    auto transaction = Transaction::Begin(*db);
    AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES('lost')"));
    vfs.Fail(c.op, 1, c.code);
    const absl::Status status = transaction->Commit();
    EXPECT_EQ(ErrorReason(status), c.reason) << status;
    EXPECT_EQ(IsFsyncFailure(status), c.fsync);
    AMANA_EXPECT_OK(db->Rollback());
    EXPECT_FALSE(db->InTransaction());
    EXPECT_EQ(Count(*db), 0);
  }
  vfs.Heal();
  AMANA_EXPECT_OK(db->Run("INSERT INTO item(name) VALUES('kept')"));
  EXPECT_EQ(Count(*db), 1);
}

TEST_F(SqliteTest, EveryCommitIsOneFsync) {
  FaultVfs vfs("counting");
  auto db = Open({.wal_autocheckpoint_pages = 0, .vfs = "counting"});
  AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES('first')"));
  const int before = vfs.calls(FaultVfs::kSync);
  for (const char* name : {"a", "b", "c"}) {
    auto transaction = Transaction::Begin(*db);
    AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES(?)", name));
    AMANA_ASSERT_OK(db->Run("UPDATE item SET body=x'00' WHERE name=?", name));
    AMANA_ASSERT_OK(transaction->Commit());
  }
  EXPECT_EQ(vfs.calls(FaultVfs::kSync) - before, 3);
}

TEST_F(SqliteTest, LazyCommitsWaitForTheNextDurableOne) {
  FaultVfs vfs("lazy");
  auto db = Open({.wal_autocheckpoint_pages = 0, .vfs = "lazy"});
  AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES('first')"));
  const int before = vfs.calls(FaultVfs::kSync);
  {
    const auto lazy = LazyCommits::Begin(*db);
    AMANA_ASSERT_OK(lazy);
    AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES('a')"));
    AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES('b')"));
  }
  EXPECT_EQ(vfs.calls(FaultVfs::kSync) - before, 0);
  AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES('c')"));
  EXPECT_EQ(vfs.calls(FaultVfs::kSync) - before, 1);
  EXPECT_EQ(Count(*db), 4);
}

// They are commits: a crash of the process takes nothing of them, so another connection sees them.
TEST_F(SqliteTest, LazyCommitsAreSeenByOthersAtOnce) {
  auto db = Open({});
  AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES('first')"));
  EXPECT_EQ(Count(*Open({.mode = Mode::kReader})), 1);
  {
    const auto lazy = LazyCommits::Begin(*db);
    AMANA_ASSERT_OK(lazy);
    AMANA_ASSERT_OK(db->Run("INSERT INTO item(name) VALUES('a')"));
    EXPECT_FALSE(db->InTransaction());
  }
  auto other = Open({.mode = Mode::kReader});
  EXPECT_EQ(Count(*other), 2);
}

}  // namespace
}  // namespace amana::sqlite
