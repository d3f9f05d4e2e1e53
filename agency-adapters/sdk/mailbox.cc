#include "agency-adapters/sdk/mailbox.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/process.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

constexpr absl::Duration kLockPatience = absl::Seconds(10);
constexpr absl::Duration kLockPause = absl::Milliseconds(2);
constexpr int kCheckpointPages = 1000;

// Released scripts are never changed, only followed by another.
// clang-format off
constexpr std::array<std::string_view, 10> kSchema = {R"sql(
CREATE TABLE outbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,
  digest BLOB NOT NULL,
  state INTEGER NOT NULL,
  sender TEXT, referral BLOB, version INTEGER,
  urgency INTEGER NOT NULL,
  queued_ms INTEGER NOT NULL,
  request BLOB NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  field TEXT NOT NULL DEFAULT '',
  receipt BLOB,
  log_index INTEGER NOT NULL DEFAULT 0,
  UNIQUE(kind, digest));
CREATE INDEX outbox_pending ON outbox(urgency, id) WHERE state = 0;
CREATE INDEX outbox_referral ON outbox(referral, kind);
CREATE TABLE section_keys(
  sender TEXT NOT NULL, referral BLOB NOT NULL, version INTEGER NOT NULL,
  slot INTEGER NOT NULL, stage INTEGER NOT NULL, key BLOB NOT NULL,
  PRIMARY KEY(sender, referral, version, slot)) WITHOUT ROWID;
CREATE TABLE candidates(
  agency TEXT NOT NULL, unit TEXT NOT NULL, certificate BLOB NOT NULL,
  PRIMARY KEY(agency, unit)) WITHOUT ROWID;
CREATE TABLE inbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sender TEXT NOT NULL, referral BLOB NOT NULL, version INTEGER NOT NULL,
  task INTEGER NOT NULL, offer_epoch INTEGER NOT NULL, stage INTEGER NOT NULL,
  agency TEXT NOT NULL, unit TEXT NOT NULL, sender_unit TEXT NOT NULL,
  header_digest BLOB NOT NULL,
  service INTEGER NOT NULL, urgency INTEGER NOT NULL, test INTEGER NOT NULL,
  state INTEGER NOT NULL,
  received_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
  delivery BLOB,
  recall_reason INTEGER NOT NULL DEFAULT 0,
  recall BLOB,
  UNIQUE(sender, referral, version, task, offer_epoch, stage));
CREATE TABLE inbox_answers(
  item INTEGER NOT NULL REFERENCES inbox(id),
  kind INTEGER NOT NULL,
  entry INTEGER NOT NULL REFERENCES outbox(id),
  PRIMARY KEY(item, kind)) WITHOUT ROWID;
CREATE TABLE checkpoints(
  size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, forked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(size, root)) WITHOUT ROWID;
)sql",
// What this agency keeps whatever is recalled.
R"sql(
ALTER TABLE inbox ADD COLUMN keep_basis INTEGER NOT NULL DEFAULT 0;
)sql",
// The directory, as far as it is believed: every version that was, the newest counts.
R"sql(
CREATE TABLE directory_entries(
  agency TEXT NOT NULL, version INTEGER NOT NULL, digest BLOB NOT NULL,
  entry BLOB NOT NULL, approval BLOB NOT NULL,
  log_index INTEGER NOT NULL, recorded_ms INTEGER NOT NULL,
  PRIMARY KEY(agency, version)) WITHOUT ROWID;
-- Of this agency's own: what it signed here, or says that it knows.
CREATE TABLE directory_known(digest BLOB PRIMARY KEY NOT NULL) WITHOUT ROWID;
)sql",
// What this agency is told, and how far it has looked.
R"sql(
CREATE TABLE notice(
  log_index INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  sender TEXT, referral BLOB,
  time_ms INTEGER NOT NULL,
  has_words INTEGER NOT NULL,
  notice BLOB NOT NULL);
CREATE INDEX notice_referral ON notice(referral);
CREATE INDEX notice_kind ON notice(kind, log_index);
CREATE TABLE wrap_answered(log_index INTEGER PRIMARY KEY);
CREATE TABLE notice_counter(
  name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE notice_place(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  next_index INTEGER NOT NULL,
  held_size INTEGER NOT NULL, held_root BLOB NOT NULL, held_note TEXT NOT NULL);
)sql",
// Handovers as they were seen last, notes as they came, codes for escorts (handover_memory.h).
R"sql(
CREATE TABLE handover_seen(
  sender TEXT NOT NULL, referral BLOB NOT NULL, version INTEGER NOT NULL,
  task INTEGER NOT NULL, attempt INTEGER NOT NULL, response BLOB NOT NULL,
  PRIMARY KEY(sender, referral, version, task, attempt)) WITHOUT ROWID;
CREATE TABLE handover_codes(
  commitment BLOB PRIMARY KEY NOT NULL, code TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE notes(
  digest BLOB PRIMARY KEY NOT NULL,
  sender TEXT NOT NULL, referral BLOB NOT NULL, task INTEGER NOT NULL,
  note BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX notes_task ON notes(sender, referral, task);
)sql",
// Of what kind a recipient is, where no entry says it; consents that others have recorded.
R"sql(
ALTER TABLE candidates ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
CREATE TABLE known_consents(
  digest BLOB PRIMARY KEY NOT NULL, envelope BLOB NOT NULL) WITHOUT ROWID;
)sql",
// An item's key names the update that it is of, 0: the referral itself. SQLite widens no key, and
// keeps what refers to a table from losing it: so both are made anew.
R"sql(
CREATE TABLE inbox_items(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sender TEXT NOT NULL, referral BLOB NOT NULL, version INTEGER NOT NULL,
  task INTEGER NOT NULL, offer_epoch INTEGER NOT NULL, stage INTEGER NOT NULL,
  agency TEXT NOT NULL, unit TEXT NOT NULL, sender_unit TEXT NOT NULL,
  header_digest BLOB NOT NULL,
  service INTEGER NOT NULL, urgency INTEGER NOT NULL, test INTEGER NOT NULL,
  state INTEGER NOT NULL,
  received_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
  delivery BLOB,
  recall_reason INTEGER NOT NULL DEFAULT 0,
  recall BLOB,
  keep_basis INTEGER NOT NULL DEFAULT 0,
  update_number INTEGER NOT NULL DEFAULT 0,
  UNIQUE(sender, referral, version, task, offer_epoch, stage, update_number));
INSERT INTO inbox_items(id, sender, referral, version, task, offer_epoch, stage, agency, unit,
  sender_unit, header_digest, service, urgency, test, state, received_ms, expires_ms, delivery,
  recall_reason, recall, keep_basis)
  SELECT id, sender, referral, version, task, offer_epoch, stage, agency, unit, sender_unit,
  header_digest, service, urgency, test, state, received_ms, expires_ms, delivery, recall_reason,
  recall, keep_basis FROM inbox;
CREATE TABLE item_answers(
  item INTEGER NOT NULL REFERENCES inbox_items(id),
  kind INTEGER NOT NULL,
  entry INTEGER NOT NULL REFERENCES outbox(id),
  PRIMARY KEY(item, kind)) WITHOUT ROWID;
INSERT INTO item_answers SELECT item, kind, entry FROM inbox_answers;
DROP TABLE inbox_answers;
DROP TABLE inbox;
ALTER TABLE inbox_items RENAME TO inbox;
ALTER TABLE item_answers RENAME TO inbox_answers;
)sql",
// Outbox::MadeFor, and what is not sent yet.
R"sql(
CREATE TABLE made_for(
  name TEXT PRIMARY KEY NOT NULL,
  entry INTEGER NOT NULL REFERENCES outbox(id)) WITHOUT ROWID;
ALTER TABLE outbox ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
CREATE INDEX outbox_held ON outbox(id) WHERE held <> 0;
)sql",
// Logs that others go on in the place of, and what was kept of them: evidence (log_succession.h).
R"sql(
CREATE TABLE ended_log(vkey TEXT PRIMARY KEY NOT NULL, succession BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE ended_checkpoint(
  vkey TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY(vkey, size, root)) WITHOUT ROWID;
CREATE TABLE ended_receipt(
  entry INTEGER NOT NULL REFERENCES outbox(id), log_index INTEGER NOT NULL, receipt BLOB NOT NULL,
  PRIMARY KEY(entry, log_index)) WITHOUT ROWID;
)sql",
// From which index its successor is read, and the notices that were taken of it from there.
R"sql(
ALTER TABLE ended_log ADD COLUMN kept INTEGER;
CREATE TABLE ended_notice(
  vkey TEXT NOT NULL, log_index INTEGER NOT NULL, notice BLOB NOT NULL,
  PRIMARY KEY(vkey, log_index)) WITHOUT ROWID;
)sql"};
// clang-format on

absl::StatusOr<std::unique_ptr<DirectoryLock>> Lock(const std::string& folder) {
  for (absl::Duration waited; waited < kLockPatience; waited += kLockPause) {
    auto lock = DirectoryLock::Acquire(folder);
    if (lock.ok() || ErrorReason(lock.status()) != "ALREADY_RUNNING") return lock;
    absl::SleepFor(kLockPause);
  }
  return MailboxBusy(folder);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mailbox>> Mailbox::Open(const std::string& folder,
                                                       const std::string& vfs) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  AMANA_ASSIGN_OR_RETURN(const auto lock, Lock(folder));
  // SQLite's own checkpoints would keep a failed fsync to themselves.
  AMANA_ASSIGN_OR_RETURN(
      std::unique_ptr<sqlite::Database> db,
      sqlite::Database::Open(folder + "/mailbox.db", {.wal_autocheckpoint_pages = 0, .vfs = vfs}));
  AMANA_RETURN_IF_ERROR(sqlite::Migrate(*db, kSchema));
  return std::unique_ptr<Mailbox>(new Mailbox(folder, std::move(db)));
}

Mailbox::Mailbox(std::string folder, std::unique_ptr<sqlite::Database> db)
    : folder_(std::move(folder)), db_(std::move(db)) {}

Mailbox::~Mailbox() {
  // Closing checkpoints: it writes anew what commits have made durable, and nothing else, so it is
  // right after a failed fsync too. When the lock cannot be had, or the checkpoint fails, the log
  // stays for whoever opens next.
  const auto lock = Lock(folder_);
  db_.reset();
}

absl::Status Mailbox::Noticed(const absl::Status& status) {
  if (broken_.ok() && IsFsyncFailure(status)) broken_ = status;
  return status;
}

absl::Status Mailbox::WriteLocked(absl::FunctionRef<absl::Status(sqlite::Database&)> work) {
  AMANA_ASSIGN_OR_RETURN(sqlite::Transaction transaction, sqlite::Transaction::Begin(*db_));
  AMANA_RETURN_IF_ERROR(work(*db_));
  return transaction.Commit();
}

absl::Status Mailbox::Write(absl::FunctionRef<absl::Status(sqlite::Database&)> work) {
  absl::MutexLock mine(&mu_);
  AMANA_RETURN_IF_ERROR(broken_);
  AMANA_ASSIGN_OR_RETURN(const auto lock, Lock(folder_));
  AMANA_RETURN_IF_ERROR(Noticed(WriteLocked(work)));
  if (db_->wal_pages() >= kCheckpointPages) {
    // What was committed is durable whatever becomes of this.
    Noticed(db_->Checkpoint(sqlite::CheckpointMode::kPassive).status()).IgnoreError();
  }
  return absl::OkStatus();
}

absl::Status Mailbox::Read(absl::FunctionRef<absl::Status(sqlite::Database&)> work) {
  absl::MutexLock mine(&mu_);
  AMANA_RETURN_IF_ERROR(broken_);
  return work(*db_);
}

absl::Status Mailbox::Scrub() {
  absl::MutexLock mine(&mu_);
  AMANA_RETURN_IF_ERROR(broken_);
  AMANA_ASSIGN_OR_RETURN(const auto lock, Lock(folder_));
  return Noticed(db_->Checkpoint(sqlite::CheckpointMode::kTruncate).status());
}

}  // namespace amana::sdk
