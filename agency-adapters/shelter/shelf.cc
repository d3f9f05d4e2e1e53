#include "agency-adapters/shelter/shelf.h"

#include <nlohmann/json.hpp>

#include "agency-adapters/shelter/errors.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/json_text.h"
#include "base/status.h"

namespace amana::shelter {
namespace {

using nlohmann::json;

constexpr std::string_view kScripts[] = {R"sql(
CREATE TABLE delivery (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  case_id TEXT NOT NULL,
  referral TEXT NOT NULL,
  settled TEXT NOT NULL,
  fields TEXT NOT NULL,
  files TEXT NOT NULL,
  written INTEGER NOT NULL,
  open INTEGER NOT NULL,
  sms_due INTEGER NOT NULL,
  reply_by INTEGER NOT NULL
);
CREATE INDEX delivery_pending ON delivery(number) WHERE written AND (open OR sms_due);
CREATE INDEX delivery_of_case ON delivery(case_id);
)sql"};

#define AMANA_SHELF_COLUMNS \
  "key, case_id, referral, settled, fields, files, written, open, sms_due, reply_by"

absl::StatusOr<std::vector<std::string>> ReadTexts(std::string_view text) {
  const json list = ParseJson(text);
  if (!list.is_array()) return ShelfBroken();
  std::vector<std::string> texts;
  for (const json& each : list) {
    if (!each.is_string()) return ShelfBroken();
    texts.push_back(each);
  }
  return texts;
}

absl::StatusOr<ShelfRow> ReadRow(const sqlite::Statement& s) {
  ShelfRow row{std::string(s.Text(0)), std::string(s.Text(1)), std::string(s.Text(2)),
               std::string(s.Text(3))};
  AMANA_ASSIGN_OR_RETURN(row.fields, ReadTexts(s.Text(4)));
  AMANA_ASSIGN_OR_RETURN(row.files, ReadTexts(s.Text(5)));
  row.written = s.Bool(6);
  row.open = s.Bool(7);
  row.sms_due = s.Bool(8);
  row.reply_by = FromUnixMillis(static_cast<uint64_t>(s.Int(9)));
  return row;
}

absl::Status ReadRows(sqlite::Statement& statement, std::vector<ShelfRow>& rows) {
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool found, statement.Step());
    if (!found) return absl::OkStatus();
    AMANA_ASSIGN_OR_RETURN(ShelfRow row, ReadRow(statement));
    rows.push_back(std::move(row));
  }
}

absl::Status Write(sqlite::Database& db, const ShelfRow& row) {
  const std::string fields = json(row.fields).dump();
  const std::string files = json(row.files).dump();
  return db.Run("INSERT INTO delivery(" AMANA_SHELF_COLUMNS
                ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT(key) DO UPDATE SET "
                "case_id = ?2, referral = ?3, settled = ?4, fields = ?5, files = ?6, written = ?7, "
                "open = ?8, sms_due = ?9, reply_by = ?10",
                row.key, row.case_id, row.referral, row.settled, fields, files, row.written,
                row.open, row.sms_due, ToUnixMillis(row.reply_by));
}

}  // namespace

absl::StatusOr<Shelf> Shelf::Open(const std::string& folder) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<sqlite::Database> db,
                         sqlite::Database::Open(folder + "/shelf.db", {}));
  AMANA_RETURN_IF_ERROR(sqlite::Migrate(*db, kScripts));
  return Shelf(std::move(db));
}

absl::StatusOr<std::optional<ShelfRow>> Shelf::Get(const std::string& key) const {
  AMANA_ASSIGN_OR_RETURN(
      sqlite::Statement statement,
      db_->Prepare("SELECT " AMANA_SHELF_COLUMNS " FROM delivery WHERE key = ?1"));
  statement.Bind(key);
  AMANA_ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(ShelfRow row, ReadRow(statement));
  return std::optional(std::move(row));
}

absl::Status Shelf::Put(absl::Span<const ShelfRow> rows) {
  AMANA_ASSIGN_OR_RETURN(sqlite::Transaction transaction, sqlite::Transaction::Begin(*db_));
  for (const ShelfRow& row : rows) AMANA_RETURN_IF_ERROR(Write(*db_, row));
  return transaction.Commit();
}

absl::Status Shelf::PutLater(const ShelfRow& row) {
  AMANA_ASSIGN_OR_RETURN(const sqlite::LazyCommits lazy, sqlite::LazyCommits::Begin(*db_));
  return Write(*db_, row);
}

absl::StatusOr<std::vector<ShelfRow>> Shelf::Pending(int64_t after, size_t limit) const {
  std::vector<ShelfRow> rows;
  const std::pair<int64_t, int64_t> ranges[] = {{after + 1, INT64_MAX}, {0, after}};
  for (const auto& [first, last] : ranges) {
    AMANA_ASSIGN_OR_RETURN(
        sqlite::Statement statement,
        db_->Prepare("SELECT " AMANA_SHELF_COLUMNS
                     " FROM delivery WHERE written AND (open OR sms_due) AND number "
                     "BETWEEN ?1 AND ?2 ORDER BY number LIMIT ?3"));
    statement.Bind(first, last, limit - rows.size());
    AMANA_RETURN_IF_ERROR(ReadRows(statement, rows));
  }
  return rows;
}

absl::StatusOr<int64_t> Shelf::NumberOf(const std::string& key) const {
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement statement,
                         db_->Prepare("SELECT number FROM delivery WHERE key = ?1"));
  statement.Bind(key);
  AMANA_ASSIGN_OR_RETURN(const bool found, statement.Step());
  return found ? statement.Int(0) : 0;
}

absl::StatusOr<std::vector<ShelfRow>> Shelf::OfCase(const std::string& case_id) const {
  AMANA_ASSIGN_OR_RETURN(
      sqlite::Statement statement,
      db_->Prepare("SELECT " AMANA_SHELF_COLUMNS " FROM delivery WHERE case_id = ?1 "
                   "ORDER BY number"));
  statement.Bind(case_id);
  std::vector<ShelfRow> rows;
  AMANA_RETURN_IF_ERROR(ReadRows(statement, rows));
  return rows;
}

}  // namespace amana::shelter
