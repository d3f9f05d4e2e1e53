// SQLite, owned and typed. The rules of the embedded store are set here once: WAL,
// synchronous=FULL, no mmap, secure_delete, foreign keys; exactly one connection of a process is
// the writer and only it checkpoints (SQLite before 3.51.3 may corrupt a WAL that two connections
// write or checkpoint).
//
// Thread safety: a Database and its Statements are used by one thread at a time
// (thread-compatible); different connections are independent. Errors: DISK_FULL, IO_ERROR,
// FSYNC_FAILED (see IsFsyncFailure in errors.h), STORE_CORRUPT (also: not a database), STORE_BUSY,
// STORE_READ_ONLY, CONSTRAINT (kAlreadyExists for unique and primary keys, kFailedPrecondition for
// the rest), SCHEMA_TOO_NEW, FILE_NOT_FOUND, FILE_PERMISSION, SQL_ERROR. No message holds a bound
// value.
#ifndef AMANA_BASE_SQLITE_H_
#define AMANA_BASE_SQLITE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace amana::sqlite {

enum class Mode {
  kWriter,  // creates the file (0600) when absent; the one connection that writes and checkpoints
  kReader,  // read-only, of a file that a writer has opened before; never checkpoints
};

struct OpenOptions {
  Mode mode = Mode::kWriter;
  absl::Duration busy_timeout = absl::Seconds(5);
  int wal_autocheckpoint_pages = 1000;  // 0: the owner calls Checkpoint() itself
  int cache_kib = 16 * 1024;
  std::string vfs = {};  // empty: the default one; tests name a faulty one
};

// Bytes to be bound as a BLOB (a plain string_view is bound as TEXT).
struct Blob {
  explicit Blob(std::string_view b) : bytes(b) {}
  explicit Blob(const std::string& b) : bytes(b) {}
  explicit Blob(std::string&&) = delete;  // would dangle: binding copies nothing
  std::string_view bytes;
};

class Database;

// One use of a prepared statement. The compiled form is cached by its text in the Database; this
// handle borrows it, and resets and unbinds it when it goes. Must not outlive its Database.
//
// Binding copies nothing: what is bound must live until Step() has returned false or failed, or
// until the next Reset(). A bind error is kept and returned by the next Step().
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Binds parameters ?1, ?2, ... in order: integers, bool, enums (as integers), text, Blob, nullptr
  // and std::optional of these. A temporary std::string does not compile.
  template <typename... Args>
  Statement& Bind(Args&&... args) {
    int index = 0;
    (BindOne(++index, std::forward<Args>(args)), ...);
    return *this;
  }
  template <typename T>
  Statement& BindOne(int index, T&& value) {
    using U = std::remove_cvref_t<T>;
    static_assert(!std::is_same_v<T, std::string>, "a temporary string would dangle");
    static_assert(!std::is_floating_point_v<U>, "no floating point in the store");
    if constexpr (std::is_same_v<U, std::nullptr_t>) {
      BindNull(index);
    } else if constexpr (std::is_enum_v<U> || std::is_integral_v<U>) {
      BindInt(index, static_cast<int64_t>(value));
    } else if constexpr (std::is_same_v<U, Blob>) {
      BindBlob(index, value.bytes);
    } else if constexpr (std::is_convertible_v<const U&, std::string_view>) {
      BindText(index, value);
    } else {
      static_assert(!std::is_same_v<T, std::optional<std::string>>, "a temporary would dangle");
      if (value.has_value()) {
        BindOne(index, *value);
      } else {
        BindNull(index);
      }
    }
    return *this;
  }

  // True: a row is there. False: done, and the statement is reset (bindings kept).
  absl::StatusOr<bool> Step();
  // Steps to the end, ignoring rows, and resets.
  absl::Status Run();
  // For the next execution; drops the bindings.
  void Reset();

  // Columns of the current row, from 0. Views live until the next Step() or Reset().
  int64_t Int(int column) const;
  bool Bool(int column) const { return Int(column) != 0; }
  std::string_view Text(int column) const;  // empty for NULL
  std::string_view Bytes(int column) const;
  bool IsNull(int column) const;

 private:
  friend class Database;
  Statement(Database* db, sqlite3_stmt* stmt, std::vector<sqlite3_stmt*>* home)
      : db_(db), stmt_(stmt), home_(home) {}
  void BindInt(int index, int64_t value);
  void BindText(int index, std::string_view value);
  void BindBlob(int index, std::string_view value);
  void BindNull(int index);

  Database* db_;
  sqlite3_stmt* stmt_;
  std::vector<sqlite3_stmt*>* home_;  // where the compiled form goes back to
  int bind_error_ = 0;
  bool bound_ = false;
};

enum class CheckpointMode {
  kPassive,      // waits for nobody
  kRestart,      // waits, at most busy_timeout, until nobody reads from the WAL: it starts over
  kTruncate,     // the same, and its file is empty
  kTruncateNow,  // the same, but waits for nobody
};
struct CheckpointResult {
  bool blocked = false;  // a reader kept it from finishing, or from starting the WAL over
  int wal_pages = 0;     // pages in the WAL
  int copied_pages = 0;  // of them, pages now in the database file
};

class Database {
 public:
  // The file's folder must exist.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path,
                                                        const OpenOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Compiles `sql` (one statement) once and lends it. The same text may be in use more than once.
  absl::StatusOr<Statement> Prepare(std::string_view sql);
  // Prepare, bind, run: for statements without rows.
  template <typename... Args>
  absl::Status Run(std::string_view sql, Args&&... args) {
    AMANA_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
    return statement.Bind(std::forward<Args>(args)...).Run();
  }
  // A script of any number of statements, without parameters; not cached.
  absl::Status Exec(const std::string& script);

  // BEGIN IMMEDIATE for a writer, BEGIN for a reader (its snapshot is taken at the first read).
  absl::Status Begin();
  absl::Status Commit();
  // Also right after SQLite has rolled back by itself (disk full, I/O error): then does nothing.
  absl::Status Rollback();
  // Savepoints nest; Release and RollbackTo mean the innermost, RollbackTo ends it as well.
  absl::Status Savepoint();
  absl::Status ReleaseSavepoint();
  absl::Status RollbackToSavepoint();
  bool InTransaction() const;

  int64_t Changes() const;  // rows changed by the last INSERT, UPDATE or DELETE
  int64_t LastInsertRowId() const;

  // Writer only (STORE_READ_ONLY).
  absl::StatusOr<CheckpointResult> Checkpoint(CheckpointMode mode);
  // Pages in the WAL after this connection's last commit; only with wal_autocheckpoint_pages = 0.
  int wal_pages() const { return wal_pages_; }
  // Copies the whole database, as it is now, into a new file (0600, no WAL beside it; FILE_EXISTS
  // when there is one), whatever is written to it meanwhile by others. Fsynced, but for its name.
  absl::Status BackUpTo(const std::string& path);
  // PRAGMA integrity_check and foreign_key_check: STORE_CORRUPT naming the first finding.
  absl::Status CheckIntegrity();

  Mode mode() const { return mode_; }

 private:
  friend class Statement;
  Database(sqlite3* db, Mode mode) : db_(db), mode_(mode) {}
  absl::Status Configure(const OpenOptions& options);
  absl::Status Fixed(size_t which);  // runs one of the transaction statements
  absl::Status CopyPages(Database& to);
  absl::Status Error(int code) const;

  sqlite3* const db_;
  const Mode mode_;
  int busy_timeout_ms_ = 0;
  int wal_pages_ = 0;
  // Idle compiled statements by text; node stability is not needed: values are heap vectors.
  absl::flat_hash_map<std::string, std::unique_ptr<std::vector<sqlite3_stmt*>>> cache_;
  sqlite3_stmt* fixed_[7] = {};
};

// Rolls back when it goes, unless committed.
class Transaction {
 public:
  static absl::StatusOr<Transaction> Begin(Database& db);
  Transaction(Transaction&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  absl::Status Commit();

 private:
  explicit Transaction(Database* db) : db_(db) {}
  Database* db_;
};

// While it lives, commits of `db` wait for no disk: a crash of the process loses nothing of them,
// one of the machine may lose the last of them, and leaves those before whole. The next commit
// after it is durable, and so are then all before. Begins and ends outside transactions.
class LazyCommits {
 public:
  static absl::StatusOr<LazyCommits> Begin(Database& db);
  LazyCommits(LazyCommits&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  LazyCommits& operator=(LazyCommits&&) = delete;
  ~LazyCommits();

 private:
  explicit LazyCommits(Database* db) : db_(db) {}
  Database* db_;
};

// Undoes what was done since it began when it goes, unless released.
class SavepointScope {
 public:
  static absl::StatusOr<SavepointScope> Begin(Database& db);
  SavepointScope(SavepointScope&& other) noexcept : db_(other.db_) { other.db_ = nullptr; }
  SavepointScope& operator=(SavepointScope&&) = delete;
  ~SavepointScope();
  absl::Status Release();

 private:
  explicit SavepointScope(Database* db) : db_(db) {}
  Database* db_;
};

// Takes the schema from PRAGMA user_version to the last of `scripts`: scripts[i] leads from version
// i to i + 1. Each is one transaction: it has happened wholly or not at all. SCHEMA_TOO_NEW when
// the file is ahead of this program. A released script is never changed, only followed by another.
absl::Status Migrate(Database& db, std::span<const std::string_view> scripts);

}  // namespace amana::sqlite

#endif  // AMANA_BASE_SQLITE_H_
