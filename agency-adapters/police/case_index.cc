#include "agency-adapters/police/case_index.h"

#include "agency-adapters/police/errors.h"
#include "base/status.h"

namespace amana::police {

absl::StatusOr<std::unique_ptr<CaseIndex>> CaseIndex::Open(const std::string& folder) {
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<sqlite::Database> db,
                         sqlite::Database::Open(folder + "/police-cases.db", {}));
  AMANA_RETURN_IF_ERROR(db->Exec(
      "CREATE TABLE IF NOT EXISTS known_case(ob TEXT NOT NULL, side INTEGER NOT NULL,"
      " key TEXT NOT NULL, PRIMARY KEY(ob, side, key)) WITHOUT ROWID;"
      "CREATE INDEX IF NOT EXISTS known_case_key ON known_case(key, side);"
      "CREATE TABLE IF NOT EXISTS awaited(key TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE IF NOT EXISTS in_doubt(key TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID;"));
  return std::unique_ptr<CaseIndex>(new CaseIndex(std::move(db)));
}

absl::Status CaseIndex::Await(absl::Span<const std::string> keys) {
  const absl::MutexLock lock(&mu_);
  AMANA_ASSIGN_OR_RETURN(sqlite::Transaction transaction, sqlite::Transaction::Begin(*db_));
  // What AddAwaited kept before is on disk with this very commit.
  AMANA_RETURN_IF_ERROR(
      db_->Run("DELETE FROM in_doubt WHERE key IN (SELECT key FROM known_case WHERE side = ?1)",
               CaseSide::kReceived));
  for (const std::string& key : keys) {
    AMANA_RETURN_IF_ERROR(db_->Run("INSERT OR IGNORE INTO awaited(key) VALUES(?1)", key));
    AMANA_RETURN_IF_ERROR(db_->Run("INSERT OR IGNORE INTO in_doubt(key) VALUES(?1)", key));
  }
  return transaction.Commit();
}

absl::StatusOr<std::vector<std::string>> CaseIndex::InDoubt() {
  const absl::MutexLock lock(&mu_);
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement statement,
                         db_->Prepare("SELECT key FROM in_doubt WHERE key NOT IN "
                                      "(SELECT key FROM known_case WHERE side = ?1)"));
  statement.Bind(CaseSide::kReceived);
  std::vector<std::string> keys;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool found, statement.Step());
    if (!found) return keys;
    keys.emplace_back(statement.Text(0));
  }
}

absl::Status CaseIndex::Forget(std::string_view key) {
  const absl::MutexLock lock(&mu_);
  AMANA_RETURN_IF_ERROR(db_->Run("DELETE FROM in_doubt WHERE key = ?1", key));
  return db_->Run("DELETE FROM awaited WHERE key = ?1", key);
}

absl::Status CaseIndex::CheckPending(std::string_view key, std::string_view field) {
  const absl::MutexLock lock(&mu_);
  AMANA_ASSIGN_OR_RETURN(
      sqlite::Statement statement,
      db_->Prepare("SELECT 1 FROM awaited a WHERE (?1 = '' OR key = ?1) AND NOT EXISTS "
                   "(SELECT 1 FROM known_case k WHERE k.key = a.key) LIMIT 1"));
  statement.Bind(key);
  AMANA_ASSIGN_OR_RETURN(const bool pending, statement.Step());
  return pending ? CasePending(field) : absl::OkStatus();
}

absl::StatusOr<bool> CaseIndex::IsAwaited(std::string_view key) {
  const absl::MutexLock lock(&mu_);
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement statement,
                         db_->Prepare("SELECT 1 FROM awaited WHERE key = ?1"));
  statement.Bind(key);
  return statement.Step();
}

absl::Status CaseIndex::Add(std::string_view ob_number, std::string_view key, CaseSide side) {
  const absl::MutexLock lock(&mu_);
  return db_->Run("INSERT OR IGNORE INTO known_case(ob, side, key) VALUES(?1, ?2, ?3)", ob_number,
                  side, key);
}

absl::Status CaseIndex::AddAwaited(std::string_view ob_number, std::string_view key) {
  const absl::MutexLock lock(&mu_);
  AMANA_ASSIGN_OR_RETURN(const sqlite::LazyCommits lazy, sqlite::LazyCommits::Begin(*db_));
  return db_->Run("INSERT OR IGNORE INTO known_case(ob, side, key) VALUES(?1, ?2, ?3)", ob_number,
                  CaseSide::kReceived, key);
}

absl::StatusOr<std::string> CaseIndex::Find(std::string_view ob_number, CaseSide side) {
  const absl::MutexLock lock(&mu_);
  AMANA_ASSIGN_OR_RETURN(
      sqlite::Statement statement,
      db_->Prepare("SELECT key FROM known_case WHERE ob = ?1 AND side = ?2 LIMIT 2"));
  statement.Bind(ob_number, side);
  AMANA_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) return CaseUnknown("x:NationalPoliceCase/x:OBNumber");
  std::string key(statement.Text(0));
  AMANA_ASSIGN_OR_RETURN(const bool another, statement.Step());
  if (another) return CaseAmbiguous("x:NationalPoliceCase/x:OBNumber");
  return key;
}

absl::Status CaseIndex::Check(std::string_view key, CaseSide side) {
  const absl::MutexLock lock(&mu_);
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement statement,
                         db_->Prepare("SELECT 1 FROM known_case WHERE key = ?1 AND side = ?2"));
  statement.Bind(key, side);
  AMANA_ASSIGN_OR_RETURN(const bool found, statement.Step());
  return found ? absl::OkStatus() : CaseUnknown("x:Decision/x:CaseReference");
}

}  // namespace amana::police
