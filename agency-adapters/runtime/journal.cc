#include "agency-adapters/runtime/journal.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agency-adapters/runtime/errors.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/status.h"
#include "proto/crypto/random.h"

namespace amana::runtime {
namespace {

constexpr size_t kSaltBytes = 32;
constexpr absl::Duration kLockPatience = absl::Seconds(10);
constexpr absl::Duration kLockPause = absl::Milliseconds(2);
constexpr int kCheckpointPages = 1000;

// Released scripts are never changed, only followed by another.
// clang-format off
constexpr std::array<std::string_view, 1> kSchema = {R"sql(
CREATE TABLE item(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  thread TEXT NOT NULL,
  state INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  content BLOB,
  digest BLOB NOT NULL,
  referral BLOB NOT NULL,
  entry INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_ms INTEGER NOT NULL,
  taken_ms INTEGER NOT NULL,
  deadline_ms INTEGER NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  field TEXT NOT NULL DEFAULT '',
  owed INTEGER NOT NULL DEFAULT 0,
  told INTEGER NOT NULL DEFAULT 0);
CREATE INDEX item_open ON item(urgency, id) WHERE state = 1;
CREATE INDEX item_thread ON item(thread, id) WHERE state = 1;
CREATE INDEX item_written ON item(id) WHERE state = 2;
CREATE INDEX item_owed ON item(id) WHERE owed <> told;
CREATE INDEX item_dead ON item(id) WHERE state = 4;
CREATE INDEX item_referral ON item(referral);
CREATE TABLE delivery(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  source INTEGER NOT NULL,
  thread TEXT NOT NULL,
  state INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  native_id TEXT NOT NULL DEFAULT '',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_ms INTEGER NOT NULL,
  made_ms INTEGER NOT NULL,
  deadline_ms INTEGER NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  field TEXT NOT NULL DEFAULT '');
CREATE INDEX delivery_open ON delivery(urgency, id) WHERE state = 1;
CREATE INDEX delivery_thread ON delivery(thread, id) WHERE state = 1;
CREATE INDEX delivery_written ON delivery(id) WHERE state = 2;
CREATE INDEX delivery_dead ON delivery(id) WHERE state = 4;
CREATE TABLE cursor(name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE salt(one INTEGER PRIMARY KEY CHECK (one = 1), bytes BLOB NOT NULL);
)sql"};
// clang-format on

absl::StatusOr<std::unique_ptr<DirectoryLock>> Lock(const std::string& folder) {
  for (absl::Duration waited; waited < kLockPatience; waited += kLockPause) {
    auto lock = DirectoryLock::Acquire(folder);
    if (lock.ok() || ErrorReason(lock.status()) != "ALREADY_RUNNING") return lock;
    absl::SleepFor(kLockPause);
  }
  return JournalBusy(folder);
}

}  // namespace

std::string_view StateName(RowState state) {
  switch (state) {
    case RowState::kIntended:
      return "INTENDED";
    case RowState::kWritten:
      return "WRITTEN";
    case RowState::kSettled:
      return "SETTLED";
    case RowState::kDead:
      return "DEAD";
  }
  return "UNKNOWN";
}

absl::Duration RetryPolicy::Backoff(uint32_t attempts, double jitter) const {
  absl::Duration wait = first;
  for (uint32_t i = 1; i < attempts && wait < longest; ++i) wait *= 2;
  return std::min(wait, longest) * (1.0 - jitter / 2);
}

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(const std::string& folder,
                                                       const std::string& vfs) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  std::unique_ptr<Journal> journal;
  {
    AMANA_ASSIGN_OR_RETURN(const auto lock, Lock(folder));
    // SQLite's own checkpoints would keep a failed fsync to themselves.
    AMANA_ASSIGN_OR_RETURN(std::unique_ptr<sqlite::Database> db,
                           sqlite::Database::Open(folder + "/journal.db",
                                                  {.wal_autocheckpoint_pages = 0, .vfs = vfs}));
    AMANA_RETURN_IF_ERROR(sqlite::Migrate(*db, kSchema));
    journal.reset(new Journal(folder, std::move(db)));
  }
  AMANA_RETURN_IF_ERROR(journal->LoadSalt());
  return journal;
}

Journal::~Journal() {
  // Closing checkpoints, which is a write.
  const auto lock = Lock(folder_);
  absl::MutexLock mine(&mu_);
  db_.reset();
}

absl::StatusOr<std::unique_ptr<DirectoryLock>> Journal::LockProgram() {
  const std::string place = folder_ + "/program";
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(place));
  return DirectoryLock::Acquire(place);
}

absl::Status Journal::LoadSalt() {
  const std::string fresh = crypto::RandomBytes(kSaltBytes);
  return Write([this, &fresh](sqlite::Database& db) -> absl::Status {
    AMANA_RETURN_IF_ERROR(db.Run("INSERT OR IGNORE INTO salt VALUES(1, ?1)", sqlite::Blob(fresh)));
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement row, db.Prepare("SELECT bytes FROM salt"));
    AMANA_RETURN_IF_ERROR(row.Step().status());
    salt_ = std::string(row.Bytes(0));
    return absl::OkStatus();
  });
}

absl::Status Journal::WriteLocked(absl::FunctionRef<absl::Status(sqlite::Database&)> work) {
  AMANA_ASSIGN_OR_RETURN(sqlite::Transaction transaction, sqlite::Transaction::Begin(*db_));
  AMANA_RETURN_IF_ERROR(work(*db_));
  return transaction.Commit();
}

absl::Status Journal::Write(absl::FunctionRef<absl::Status(sqlite::Database&)> work) {
  absl::MutexLock mine(&mu_);
  AMANA_RETURN_IF_ERROR(broken_);
  AMANA_ASSIGN_OR_RETURN(const auto lock, Lock(folder_));
  absl::Status written = WriteLocked(work);
  if (IsFsyncFailure(written)) broken_ = written;
  if (written.ok() && db_->wal_pages() >= kCheckpointPages) {
    // What was committed is durable whatever becomes of this.
    const absl::Status copied = db_->Checkpoint(sqlite::CheckpointMode::kPassive).status();
    if (IsFsyncFailure(copied)) broken_ = copied;
  }
  return written;
}

absl::Status Journal::Read(absl::FunctionRef<absl::Status(sqlite::Database&)> work) {
  absl::MutexLock mine(&mu_);
  AMANA_RETURN_IF_ERROR(broken_);
  return work(*db_);
}

absl::StatusOr<bool> Journal::Scrub() {
  absl::MutexLock mine(&mu_);
  AMANA_RETURN_IF_ERROR(broken_);
  AMANA_ASSIGN_OR_RETURN(const auto lock, Lock(folder_));
  const auto emptied = db_->Checkpoint(sqlite::CheckpointMode::kTruncateNow);
  if (IsFsyncFailure(emptied.status())) broken_ = emptied.status();
  AMANA_RETURN_IF_ERROR(broken_);
  return emptied.ok() && !emptied->blocked;
}

absl::StatusOr<int64_t> Journal::Cursor(std::string_view name) {
  int64_t value = 0;
  AMANA_RETURN_IF_ERROR(Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                           db.Prepare("SELECT value FROM cursor WHERE name = ?1"));
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Bind(name).Step());
    if (found) value = row.Int(0);
    return absl::OkStatus();
  }));
  return value;
}

absl::Status Journal::SetCursor(sqlite::Database& db, std::string_view name, int64_t value) {
  return db.Run(
      "INSERT INTO cursor VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
      name, value);
}

}  // namespace amana::runtime
