// One connection as the tables see it: errors are noticed in one place, and a work's savepoint, if
// it has one, is opened when the work first writes. Used by one thread at a time.
#ifndef AMANA_BROKER_STORE_EMBEDDED_SESSION_H_
#define AMANA_BROKER_STORE_EMBEDDED_SESSION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "base/sqlite.h"
#include "broker/store/embedded/body_keys.h"
#include "broker/store/embedded/directory_cache.h"
#include "broker/store/embedded/health.h"

namespace amana::store::embedded {

class Session {
 public:
  // `health` must outlive the session.
  Session(std::unique_ptr<sqlite::Database> db, StoreHealth& health)
      : db_(std::move(db)), health_(health) {}

  sqlite::Database& db() { return *db_; }
  // Before anything of a referral's body is read or written; `keys` must outlive the session.
  void UseKeys(BodyKeys& keys) { keys_ = &keys; }
  BodyKeys& keys() const { return *keys_; }
  // What sessions share of the directory; must outlive the session. Null: nothing.
  void UseDirectory(DirectoryCache& cache) { directory_cache_ = &cache; }
  DirectoryCache* directory_cache() const { return directory_cache_; }

  // A statement ready to be stepped with Next. Binding copies nothing: what `args` refer to must
  // live as long as the statement is stepped.
  template <typename... Args>
  absl::StatusOr<sqlite::Statement> Query(std::string_view sql, const Args&... args) {
    absl::StatusOr<sqlite::Statement> statement = db_->Prepare(sql);
    if (!statement.ok()) return Noticed(statement.status());
    statement->Bind(args...);
    return statement;
  }
  absl::StatusOr<bool> Next(sqlite::Statement& statement) {
    absl::StatusOr<bool> row = statement.Step();
    if (!row.ok()) return Noticed(row.status());
    return row;
  }
  // A write: INSERT or UPDATE.
  template <typename... Args>
  absl::Status Run(std::string_view sql, const Args&... args) {
    AMANA_RETURN_IF_ERROR(BeforeWrite());
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement statement, Query(sql, args...));
    AMANA_ASSIGN_OR_RETURN(const bool row, Next(statement));
    return row ? statement.Run() : absl::OkStatus();
  }
  absl::Status Corrupt(std::string_view table);
  // Tells health, and remembers what makes the whole transaction impossible. Returns `error`.
  absl::Status Noticed(const absl::Status& error);

  // --- for the writer
  // The connection; the session is of no use any more.
  void Close() { db_.reset(); }
  // A work begins. With a savepoint, what it writes is undone by EndWork(false); without one (which
  // spares SQLite a copy of every page it touches) only the whole transaction can be undone.
  void BeginWork(bool savepoint);
  absl::Status EndWork(bool keep);
  bool work_wrote() const { return work_wrote_; }
  // The transaction is over; forgets fatal(), and what was looked up unless it was committed.
  void EndTransaction(bool committed);
  // The disk or the database failed: nothing of this transaction can be committed.
  const absl::Status& fatal() const { return fatal_; }
  bool wrote() const { return wrote_; }
  // What the works of this transaction have given to be written, roughly.
  size_t bytes() const { return bytes_; }
  void CountBytes(size_t bytes) { bytes_ += bytes; }

  // --- keys to be destroyed once this transaction is durable; none of a work that is undone.
  void DestroyAtCommit(uint64_t slot) { doomed_.push_back(slot); }
  std::vector<uint64_t> TakeDoomed() { return std::exchange(doomed_, {}); }

  // --- rows of referrals (schema.cc)
  absl::StatusOr<std::optional<int64_t>> FindReferralRow(const StatementKey& key);
  // NOT_FOUND when there is no such referral.
  absl::StatusOr<int64_t> ReferralRow(const StatementKey& key);
  // The first row with this id, by which others refer to it; none while nothing has been accepted.
  absl::StatusOr<std::optional<int64_t>> FindFirstRow(const ReferralId& id);
  // For the next one to be accepted.
  absl::StatusOr<int64_t> NextReferralRow();
  void RememberAccepted(const StatementKey& key, int64_t row, int64_t first);

  // --- what a table may remember of what it has read: only the writer, which alone changes it, and
  // only as long as lost() stays the same: it counts the rollbacks.
  bool remembers() const { return writer(); }
  uint64_t lost() const { return lost_; }

 private:
  absl::Status BeforeWrite();
  void Forget();
  absl::StatusOr<std::optional<int64_t>> LookForRow(const StatementKey& key);
  bool writer() const { return db_->mode() == sqlite::Mode::kWriter; }

  std::unique_ptr<sqlite::Database> db_;
  StoreHealth& health_;
  BodyKeys* keys_ = nullptr;
  DirectoryCache* directory_cache_ = nullptr;
  std::vector<uint64_t> doomed_;
  size_t doomed_before_ = 0;  // this work
  absl::Status fatal_;
  bool wants_savepoint_ = false;
  bool savepoint_ = false;  // it is open
  bool work_wrote_ = false;
  bool wrote_ = false;
  size_t bytes_ = 0;
  uint64_t lost_ = 0;
  // Writer only, which alone knows when what it has seen is undone.
  absl::flat_hash_map<ReferralId, int64_t> first_rows_;
  absl::flat_hash_map<StatementKey, int64_t> referral_rows_;
  std::optional<ReferralId> absent_;  // nothing was accepted under it, when last looked
  std::optional<int64_t> next_row_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_SESSION_H_
