#include "agency-adapters/foreign-affairs/ledger.h"

#include <nlohmann/json.hpp>

#include "agency-adapters/foreign-affairs/errors.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::foreign_affairs {
namespace {

using nlohmann::json;

constexpr std::string_view kScripts[] = {R"sql(
CREATE TABLE mail_case (
  tag TEXT PRIMARY KEY NOT NULL,
  version INTEGER NOT NULL,
  key TEXT NOT NULL,
  mailbox TEXT NOT NULL,
  own INTEGER NOT NULL,
  open INTEGER NOT NULL,
  answered TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE mail (
  key TEXT PRIMARY KEY NOT NULL,
  message_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  eml BLOB
);
)sql"};

absl::StatusOr<std::vector<std::string>> Texts(std::string_view text) {
  const json list = ParseJson(text);
  if (!list.is_array()) return LedgerBroken();
  std::vector<std::string> texts;
  for (const json& each : list) {
    if (!each.is_string()) return LedgerBroken();
    texts.push_back(each);
  }
  return texts;
}

absl::Status WriteCase(sqlite::Database& db, const CaseRow& row) {
  const std::string answered = json(row.answered).dump();
  return db.Run(
      "INSERT INTO mail_case(tag, version, key, mailbox, own, open, answered) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(tag) DO UPDATE SET version = ?2, key = ?3, "
      "mailbox = ?4, own = ?5, open = ?6, answered = ?7",
      row.reference.tag, row.reference.version, row.key, row.mailbox, row.own, row.open, answered);
}

}  // namespace

absl::StatusOr<Ledger> Ledger::Open(const std::string& folder) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<sqlite::Database> db,
                         sqlite::Database::Open(folder + "/ledger.db", {}));
  AMANA_RETURN_IF_ERROR(sqlite::Migrate(*db, kScripts));
  return Ledger(std::move(db));
}

absl::StatusOr<std::optional<CaseRow>> Ledger::Case(const std::string& tag) const {
  if (!IsTag(tag)) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(
      sqlite::Statement statement,
      db_->Prepare(
          "SELECT version, key, mailbox, own, open, answered FROM mail_case WHERE tag = ?1"));
  statement.Bind(tag);
  AMANA_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) return std::nullopt;
  CaseRow row;
  row.reference = {tag, static_cast<uint32_t>(statement.Int(0))};
  row.key = statement.Text(1);
  row.mailbox = statement.Text(2);
  row.own = statement.Bool(3);
  row.open = statement.Bool(4);
  AMANA_ASSIGN_OR_RETURN(row.answered, Texts(statement.Text(5)));
  return row;
}

absl::Status Ledger::PutCase(const CaseRow& row, bool later) {
  if (!later) return WriteCase(*db_, row);
  AMANA_ASSIGN_OR_RETURN(const sqlite::LazyCommits lazy, sqlite::LazyCommits::Begin(*db_));
  return WriteCase(*db_, row);
}

absl::StatusOr<std::optional<MailRow>> Ledger::Mail(const std::string& key) const {
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement statement,
                         db_->Prepare("SELECT message_id, sent, at FROM mail WHERE key = ?1"));
  statement.Bind(key);
  AMANA_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) return std::nullopt;
  return MailRow{std::string(statement.Text(0)), statement.Bool(1),
                 FromUnixMillis(static_cast<uint64_t>(statement.Int(2)))};
}

absl::Status Ledger::PutSending(absl::Span<const Outgoing> mails, absl::Time at) {
  AMANA_ASSIGN_OR_RETURN(sqlite::Transaction transaction, sqlite::Transaction::Begin(*db_));
  for (const Outgoing& each : mails) {
    if (each.about.has_value()) AMANA_RETURN_IF_ERROR(WriteCase(*db_, *each.about));
    AMANA_RETURN_IF_ERROR(
        db_->Run("INSERT INTO mail(key, message_id, at, sent, eml) VALUES(?1, ?2, ?3, 0, ?4) "
                 "ON CONFLICT(key) DO UPDATE SET message_id = ?2, at = ?3, sent = 0, eml = ?4",
                 each.key, each.message_id, ToUnixMillis(at), sqlite::Blob(each.mail)));
  }
  return transaction.Commit();
}

absl::Status Ledger::PutSent(const std::string& key, const MailRow& row) {
  AMANA_ASSIGN_OR_RETURN(const sqlite::LazyCommits lazy, sqlite::LazyCommits::Begin(*db_));
  return db_->Run(
      "INSERT INTO mail(key, message_id, at, sent) VALUES(?1, ?2, ?3, 1) "
      "ON CONFLICT(key) DO UPDATE SET message_id = ?2, at = ?3, sent = 1, eml = NULL",
      key, row.message_id, ToUnixMillis(row.at));
}

absl::Status Ledger::Forget(absl::Time time) {
  return db_->Run("DELETE FROM mail WHERE sent = 0 AND at < ?1", ToUnixMillis(time));
}

absl::StatusOr<std::string> Ledger::Sending(const std::string& key) const {
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement statement,
                         db_->Prepare("SELECT eml FROM mail WHERE key = ?1 AND eml IS NOT NULL"));
  statement.Bind(key);
  AMANA_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) return absl::NotFoundError("no mail is being sent under this key");
  return std::string(statement.Bytes(0));
}

}  // namespace amana::foreign_affairs
