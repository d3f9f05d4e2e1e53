#include "base/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/sqlite_wal_gather.h"

namespace amana::sqlite {
namespace {

// In the order of Database::fixed_.
enum Fixed : size_t { kBegin, kBeginRead, kCommit, kRollback, kSavepoint, kRelease, kRollbackTo };
constexpr const char* kFixedSql[] = {"BEGIN IMMEDIATE", "BEGIN",     "COMMIT",       "ROLLBACK",
                                     "SAVEPOINT s",     "RELEASE s", "ROLLBACK TO s"};

// Only constraint messages are passed on as SQLite words them: they name tables, columns and types.
// The others are told by their code, since some of SQLite's messages quote what was bound.
absl::Status ErrorOf(sqlite3* db, int code) {
  const std::string text =
      std::string("SQLite: ") + sqlite3_errstr(code) + " (" + std::to_string(code) + ")";
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    return FsyncFailedError("database", text);
  }
  const int system_error = db == nullptr ? 0 : sqlite3_system_errno(db);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return DiskFullError("database");
    case SQLITE_IOERR:
      if (system_error == ENOSPC || system_error == EDQUOT) return DiskFullError("database");
      if (code == SQLITE_IOERR_CORRUPTFS || code == SQLITE_IOERR_DATA)
        return StoreCorruptError(text);
      return IoError("database", text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreCorruptError(text);
    case SQLITE_CONSTRAINT: {
      const std::string words = std::string("SQLite: ") + (db ? sqlite3_errmsg(db) : "constraint");
      const bool duplicate = code == SQLITE_CONSTRAINT_UNIQUE ||
                             code == SQLITE_CONSTRAINT_PRIMARYKEY ||
                             code == SQLITE_CONSTRAINT_ROWID;
      return duplicate ? DuplicateError(words) : ConstraintError(words);
    }
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreBusyError(text);
    case SQLITE_READONLY:
      return StoreReadOnlyError(text);
    case SQLITE_CANTOPEN:
      return ErrnoError(system_error == 0 ? ENOENT : system_error, "database");
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return FilePermissionError("database");
    default:
      return SqlError(text);
  }
}

// SQLite gives a new file the umask's mode; the WAL and its index take the database file's. O_EXCL:
// to open and close a file that a connection of this process has open would drop its locks.
absl::Status CreatePrivate(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return errno == EEXIST ? absl::OkStatus() : ErrnoError(errno, path);
  close(fd);
  return absl::OkStatus();
}

// SQLite's own statistics of memory, which nobody reads, cost a process-wide lock at every
// allocation. Only before its first use; too late, it is refused and nothing else changes.
void ConfigureOnce() {
  static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(once);
}

int OnCommit(void* pages, sqlite3*, const char*, int wal_pages) {
  *static_cast<int*>(pages) = wal_pages;
  return SQLITE_OK;
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_),
      stmt_(std::exchange(other.stmt_, nullptr)),
      home_(other.home_),
      bind_error_(other.bind_error_),
      bound_(other.bound_) {}

Statement::~Statement() {
  if (stmt_ == nullptr) return;
  Reset();
  home_->push_back(stmt_);
}

void Statement::BindInt(int index, int64_t value) {
  bound_ = true;
  if (int rc = sqlite3_bind_int64(stmt_, index, value); rc != SQLITE_OK) bind_error_ = rc;
}

// An empty view may have a null pointer, which SQLite would take for NULL.
void Statement::BindText(int index, std::string_view value) {
  bound_ = true;
  const char* data = value.data() == nullptr ? "" : value.data();
  const int rc = sqlite3_bind_text64(stmt_, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (rc != SQLITE_OK) bind_error_ = rc;
}

void Statement::BindBlob(int index, std::string_view value) {
  bound_ = true;
  const char* data = value.data() == nullptr ? "" : value.data();
  const int rc = sqlite3_bind_blob64(stmt_, index, data, value.size(), SQLITE_STATIC);
  if (rc != SQLITE_OK) bind_error_ = rc;
}

void Statement::BindNull(int index) {
  if (int rc = sqlite3_bind_null(stmt_, index); rc != SQLITE_OK) bind_error_ = rc;
}

absl::StatusOr<bool> Statement::Step() {
  if (bind_error_ != 0) return db_->Error(std::exchange(bind_error_, 0));
  const int rc = sqlite3_step(stmt_);
  if (rc == SQLITE_ROW) return true;
  absl::Status status = rc == SQLITE_DONE ? absl::OkStatus() : db_->Error(rc);
  sqlite3_reset(stmt_);
  if (!status.ok()) return status;
  return false;
}

absl::Status Statement::Run() {
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, Step());
    if (!row) return absl::OkStatus();
  }
}

void Statement::Reset() {
  sqlite3_reset(stmt_);
  if (bound_) sqlite3_clear_bindings(stmt_);
  bound_ = false;
  bind_error_ = 0;
}

int64_t Statement::Int(int column) const { return sqlite3_column_int64(stmt_, column); }

std::string_view Statement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(stmt_, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<size_t>(sqlite3_column_bytes(stmt_, column))};
}

std::string_view Statement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(stmt_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<size_t>(sqlite3_column_bytes(stmt_, column))};
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(stmt_, column) == SQLITE_NULL;
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path,
                                                         const OpenOptions& options) {
  ConfigureOnce();
  const bool writer = options.mode == Mode::kWriter;
  if (writer) AMANA_RETURN_IF_ERROR(CreatePrivate(path));
  const int flags = (writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* handle = nullptr;
  std::string vfs = options.vfs;
  if (writer) {
    AMANA_ASSIGN_OR_RETURN(vfs, WalGatherVfs(options.vfs));
  }
  const int rc = sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
  std::unique_ptr<Database> db(new Database(handle, options.mode));
  if (rc != SQLITE_OK) return ErrorOf(handle, rc);
  AMANA_RETURN_IF_ERROR(db->Configure(options));
  return db;
}

absl::Status Database::Configure(const OpenOptions& options) {
  // A string in double quotes is a misspelt column, not a literal.
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  busy_timeout_ms_ = static_cast<int>(absl::ToInt64Milliseconds(options.busy_timeout));
  sqlite3_busy_timeout(db_, busy_timeout_ms_);
  AMANA_RETURN_IF_ERROR(
      Exec("PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"
           "PRAGMA cell_size_check=ON; PRAGMA cache_size=-" +
           std::to_string(options.cache_kib)));
  if (mode_ == Mode::kReader) {
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return Exec("PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0");
  }
  {
    AMANA_ASSIGN_OR_RETURN(Statement wal, Prepare("PRAGMA journal_mode=WAL"));
    AMANA_ASSIGN_OR_RETURN(const bool row, wal.Step());
    if (!row || wal.Text(0) != "wal") return SqlError("SQLite: WAL mode refused");
  }
  AMANA_RETURN_IF_ERROR(
      Exec("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
           "PRAGMA wal_autocheckpoint=" +
           std::to_string(options.wal_autocheckpoint_pages)));
  // The hook takes the place of SQLite's own, which does the automatic checkpoints.
  if (options.wal_autocheckpoint_pages == 0) sqlite3_wal_hook(db_, OnCommit, &wal_pages_);
  return absl::OkStatus();
}

Database::~Database() {
  for (auto& [sql, idle] : cache_) {
    for (sqlite3_stmt* stmt : *idle) sqlite3_finalize(stmt);
  }
  for (sqlite3_stmt* stmt : fixed_) sqlite3_finalize(stmt);
  sqlite3_close_v2(db_);
}

absl::Status Database::Error(int code) const { return ErrorOf(db_, code); }

absl::StatusOr<Statement> Database::Prepare(std::string_view sql) {
  auto& idle = cache_[absl::string_view(sql.data(), sql.size())];
  if (idle == nullptr) idle = std::make_unique<std::vector<sqlite3_stmt*>>();
  if (!idle->empty()) {
    sqlite3_stmt* stmt = idle->back();
    idle->pop_back();
    return Statement(this, stmt, idle.get());
  }
  sqlite3_stmt* stmt = nullptr;
  const int rc = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
  if (rc == SQLITE_ERROR) return SqlError(std::string("SQLite: ") + sqlite3_errmsg(db_));
  if (rc != SQLITE_OK) return Error(rc);
  if (stmt == nullptr) return SqlError("SQLite: an empty statement");
  return Statement(this, stmt, idle.get());
}

absl::Status Database::Exec(const std::string& script) {
  const int rc = sqlite3_exec(db_, script.c_str(), nullptr, nullptr, nullptr);
  if (rc == SQLITE_OK) return absl::OkStatus();
  // A script has no bound values, so SQLite's own words can be shown.
  if (rc == SQLITE_ERROR) return SqlError(std::string("SQLite: ") + sqlite3_errmsg(db_));
  return Error(rc);
}

absl::Status Database::Fixed(size_t which) {
  sqlite3_stmt*& stmt = fixed_[which];
  if (stmt == nullptr) {
    const int rc =
        sqlite3_prepare_v3(db_, kFixedSql[which], -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
    if (rc != SQLITE_OK) return Error(rc);
  }
  const int rc = sqlite3_step(stmt);
  absl::Status status = rc == SQLITE_DONE ? absl::OkStatus() : Error(rc);
  sqlite3_reset(stmt);
  return status;
}

absl::Status Database::Begin() { return Fixed(mode_ == Mode::kWriter ? kBegin : kBeginRead); }
absl::Status Database::Commit() { return Fixed(kCommit); }
absl::Status Database::Rollback() { return InTransaction() ? Fixed(kRollback) : absl::OkStatus(); }
absl::Status Database::Savepoint() { return Fixed(kSavepoint); }
absl::Status Database::ReleaseSavepoint() { return Fixed(kRelease); }
absl::Status Database::RollbackToSavepoint() {
  if (!InTransaction()) return absl::OkStatus();  // SQLite has rolled back the whole of it
  AMANA_RETURN_IF_ERROR(Fixed(kRollbackTo));
  return Fixed(kRelease);
}

bool Database::InTransaction() const { return sqlite3_get_autocommit(db_) == 0; }
int64_t Database::Changes() const { return sqlite3_changes64(db_); }
int64_t Database::LastInsertRowId() const { return sqlite3_last_insert_rowid(db_); }

absl::StatusOr<CheckpointResult> Database::Checkpoint(CheckpointMode mode) {
  if (mode_ != Mode::kWriter) return StoreReadOnlyError("SQLite: only the writer checkpoints");
  const int how = mode == CheckpointMode::kPassive   ? SQLITE_CHECKPOINT_PASSIVE
                  : mode == CheckpointMode::kRestart ? SQLITE_CHECKPOINT_RESTART
                                                     : SQLITE_CHECKPOINT_TRUNCATE;
  CheckpointResult result;
  const bool now = mode == CheckpointMode::kTruncateNow;
  if (now) sqlite3_busy_timeout(db_, 0);
  const int rc =
      sqlite3_wal_checkpoint_v2(db_, "main", how, &result.wal_pages, &result.copied_pages);
  if (now) sqlite3_busy_timeout(db_, busy_timeout_ms_);
  result.blocked = (rc & 0xff) == SQLITE_BUSY || result.copied_pages < result.wal_pages;
  if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY) return Error(rc);
  return result;
}

absl::Status Database::CheckIntegrity() {
  AMANA_ASSIGN_OR_RETURN(Statement check, Prepare("PRAGMA integrity_check(1)"));
  AMANA_ASSIGN_OR_RETURN(const bool row, check.Step());
  if (!row || check.Text(0) != "ok") {
    return StoreCorruptError("SQLite: " + std::string(row ? check.Text(0) : "no answer"));
  }
  AMANA_ASSIGN_OR_RETURN(Statement keys, Prepare("PRAGMA foreign_key_check"));
  AMANA_ASSIGN_OR_RETURN(const bool orphan, keys.Step());
  if (orphan) {
    return StoreCorruptError("SQLite: a row of " + std::string(keys.Text(0)) +
                             " refers to a missing row of " + std::string(keys.Text(2)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Transaction> Transaction::Begin(Database& db) {
  AMANA_RETURN_IF_ERROR(db.Begin());
  return Transaction(&db);
}

Transaction::~Transaction() {
  if (db_ != nullptr) db_->Rollback().IgnoreError();
}

absl::Status Transaction::Commit() {
  AMANA_RETURN_IF_ERROR(db_->Commit());
  db_ = nullptr;
  return absl::OkStatus();
}

absl::StatusOr<LazyCommits> LazyCommits::Begin(Database& db) {
  AMANA_RETURN_IF_ERROR(db.Exec("PRAGMA synchronous=NORMAL"));
  return LazyCommits(&db);
}

LazyCommits::~LazyCommits() {
  // It only sets a number in memory.
  if (db_ != nullptr) db_->Exec("PRAGMA synchronous=FULL").IgnoreError();
}

absl::StatusOr<SavepointScope> SavepointScope::Begin(Database& db) {
  AMANA_RETURN_IF_ERROR(db.Savepoint());
  return SavepointScope(&db);
}

SavepointScope::~SavepointScope() {
  if (db_ != nullptr) db_->RollbackToSavepoint().IgnoreError();
}

absl::Status SavepointScope::Release() {
  AMANA_RETURN_IF_ERROR(db_->ReleaseSavepoint());
  db_ = nullptr;
  return absl::OkStatus();
}

absl::Status Migrate(Database& db, std::span<const std::string_view> scripts) {
  int64_t version = 0;
  {
    AMANA_ASSIGN_OR_RETURN(Statement read, db.Prepare("PRAGMA user_version"));
    AMANA_ASSIGN_OR_RETURN(const bool row, read.Step());
    version = row ? read.Int(0) : 0;
  }
  const int64_t known = static_cast<int64_t>(scripts.size());
  if (version > known || version < 0) return SchemaTooNewError(version, known);
  for (; version < known; ++version) {
    AMANA_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
    AMANA_RETURN_IF_ERROR(db.Exec(std::string(scripts[version])));
    AMANA_RETURN_IF_ERROR(db.Exec("PRAGMA user_version=" + std::to_string(version + 1)));
    AMANA_RETURN_IF_ERROR(transaction.Commit());
  }
  return absl::OkStatus();
}

}  // namespace amana::sqlite
