#include "agency-adapters/auditor/witness_book.h"

#include <array>
#include <utility>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/status.h"

namespace amana::auditor {
namespace {

// Released scripts are never changed, only followed by another.
constexpr std::array<std::string_view, 1> kSchema = {R"sql(
CREATE TABLE newest(
  origin TEXT PRIMARY KEY NOT NULL,
  size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE evidence(
  id INTEGER PRIMARY KEY,
  origin TEXT NOT NULL, kind INTEGER NOT NULL, held TEXT NOT NULL, offered TEXT NOT NULL,
  UNIQUE(origin, kind, held, offered));
)sql"};

absl::StatusOr<std::vector<Evidence>> ReadAll(sqlite::Database& db) {
  AMANA_ASSIGN_OR_RETURN(
      sqlite::Statement row,
      db.Prepare("SELECT origin, kind, held, offered FROM evidence ORDER BY id"));
  std::vector<Evidence> kept;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
    if (!more) return kept;
    kept.push_back({std::string(row.Text(0)), static_cast<EvidenceKind>(row.Int(1)),
                    std::string(row.Text(2)), std::string(row.Text(3))});
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<WitnessBook>> WitnessBook::Open(const std::string& folder) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<DirectoryLock> lock, DirectoryLock::Acquire(folder));
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<sqlite::Database> db,
                         sqlite::Database::Open(folder + "/witness.db", {}));
  AMANA_RETURN_IF_ERROR(sqlite::Migrate(*db, kSchema));
  return std::unique_ptr<WitnessBook>(new WitnessBook(std::move(lock), std::move(db)));
}

absl::StatusOr<std::optional<Witnessed>> WitnessBook::Newest(std::string_view origin) {
  absl::MutexLock lock(&mu_);
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                         db_->Prepare("SELECT size, root, note FROM newest WHERE origin = ?1"));
  AMANA_ASSIGN_OR_RETURN(const bool there, row.Bind(origin).Step());
  if (!there) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(const Digest root, Digest::FromBytes(row.Bytes(1)));
  return Witnessed{static_cast<uint64_t>(row.Int(0)), root, std::string(row.Text(2))};
}

// One statement does both, so that of two who ask at once only one finds the old size.
absl::StatusOr<bool> WitnessBook::Replace(std::string_view origin, uint64_t old_size,
                                          const Witnessed& next) {
  absl::MutexLock lock(&mu_);
  AMANA_RETURN_IF_ERROR(
      old_size == 0
          ? db_->Run("INSERT INTO newest(origin, size, root, note) VALUES(?1, ?2, ?3, ?4) "
                     "ON CONFLICT(origin) DO UPDATE SET size = excluded.size, "
                     "root = excluded.root, note = excluded.note WHERE newest.size = 0",
                     origin, next.size, sqlite::Blob(next.root.view()), next.note)
          : db_->Run("UPDATE newest SET size = ?2, root = ?3, note = ?4 "
                     "WHERE origin = ?1 AND size = ?5",
                     origin, next.size, sqlite::Blob(next.root.view()), next.note, old_size));
  return db_->Changes() == 1;
}

absl::Status WitnessBook::KeepLocked(const Evidence& evidence) {
  AMANA_ASSIGN_OR_RETURN(
      sqlite::Statement count,
      db_->Prepare("SELECT count(*) FROM evidence WHERE origin = ?1 AND kind = ?2"));
  AMANA_RETURN_IF_ERROR(count.Bind(evidence.origin, evidence.kind).Step().status());
  if (count.Int(0) >= kMaxKept) return absl::OkStatus();
  return db_->Run(
      "INSERT OR IGNORE INTO evidence(origin, kind, held, offered) VALUES(?1, ?2, ?3, ?4)",
      evidence.origin, evidence.kind, evidence.held, evidence.offered);
}

absl::Status WitnessBook::Keep(const Evidence& evidence) {
  absl::MutexLock lock(&mu_);
  return KeepLocked(evidence);
}

absl::Status WitnessBook::Forgive(std::string_view origin, const std::string& offered) {
  absl::MutexLock lock(&mu_);
  return db_->Run("DELETE FROM evidence WHERE origin = ?1 AND kind = ?2 AND offered = ?3", origin,
                  EvidenceKind::kUnproven, offered);
}

absl::StatusOr<std::vector<Evidence>> WitnessBook::Kept() {
  absl::MutexLock lock(&mu_);
  return ReadAll(*db_);
}

absl::StatusOr<std::vector<Evidence>> WitnessBook::ReadEvidence(const std::string& folder) {
  AMANA_ASSIGN_OR_RETURN(
      const std::unique_ptr<sqlite::Database> db,
      sqlite::Database::Open(folder + "/witness.db", {.mode = sqlite::Mode::kReader}));
  return ReadAll(*db);
}

}  // namespace amana::auditor
