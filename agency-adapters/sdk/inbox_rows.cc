#include "agency-adapters/sdk/inbox_rows.h"

#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/keys.h"
#include "base/clock.h"

namespace amana::sdk {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

constexpr std::string_view kColumns =
    "id, sender, referral, version, task, offer_epoch, stage, agency, unit, sender_unit, "
    "header_digest, service, urgency, test, state, received_ms, expires_ms, recall_reason, "
    "keep_basis, update_number";
}  // namespace

absl::StatusOr<InboxItem> ReadItem(const Statement& row) {
  InboxItem item;
  item.id = row.Int(0);
  AMANA_ASSIGN_OR_RETURN(item.key.referral.sender, AgencyId::Create(row.Text(1)));
  AMANA_ASSIGN_OR_RETURN(item.key.referral.referral, ReferralId::FromBytes(row.Bytes(2)));
  item.key.referral.version = static_cast<uint32_t>(row.Int(3));
  item.key.task = static_cast<uint32_t>(row.Int(4));
  item.key.offer_epoch = static_cast<uint32_t>(row.Int(5));
  item.key.stage = static_cast<v1::DisclosureStage>(row.Int(6));
  AMANA_ASSIGN_OR_RETURN(item.recipient.agency, AgencyId::Create(row.Text(7)));
  AMANA_ASSIGN_OR_RETURN(item.recipient.unit, UnitId::Create(row.Text(8)));
  if (!row.Text(9).empty()) {
    AMANA_ASSIGN_OR_RETURN(item.sender_unit, UnitId::Create(row.Text(9)));
  }
  AMANA_ASSIGN_OR_RETURN(item.header_digest, Digest::FromBytes(row.Bytes(10)));
  item.service = static_cast<v1::ServiceType>(row.Int(11));
  item.urgency = static_cast<v1::Urgency>(row.Int(12));
  item.test = row.Bool(13);
  item.state = static_cast<InboxState>(row.Int(14));
  item.received = FromUnixMillis(row.Int(15));
  item.expires = FromUnixMillis(row.Int(16));
  item.recall_reason = static_cast<v1::Reason>(row.Int(17));
  item.keep_basis = static_cast<v1::LegalBasis>(row.Int(18));
  item.key.update = static_cast<uint32_t>(row.Int(19));
  return item;
}

std::string SelectItems(std::string_view more, std::string_view where) {
  return "SELECT " + std::string(kColumns) + std::string(more) + " FROM inbox WHERE " +
         std::string(where);
}

absl::StatusOr<std::optional<InboxItem>> FindItem(Database& db, const DeliveryKey& key) {
  static const std::string sql =
      SelectItems("",
                  "sender = ?1 AND referral = ?2 AND version = ?3 AND task = ?4 AND "
                  "offer_epoch = ?5 AND stage = ?6 AND update_number = ?7");
  AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
  row.Bind(key.referral.sender.value(), Blob(key.referral.referral.view()), key.referral.version,
           key.task, key.offer_epoch, key.stage, key.update);
  AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return std::optional<InboxItem>();
  AMANA_ASSIGN_OR_RETURN(InboxItem item, ReadItem(row));
  return std::optional<InboxItem>(std::move(item));
}

absl::StatusOr<InboxItem> GetItem(Database& db, int64_t id) {
  static const std::string sql = SelectItems("", "id = ?1");
  AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
  row.Bind(id);
  AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return EntryUnknown("item");
  return ReadItem(row);
}

absl::StatusOr<int64_t> InsertItem(Database& db, const InboxItem& item,
                                   std::optional<Blob> delivery) {
  const StatementKey& referral = item.key.referral;
  AMANA_RETURN_IF_ERROR(db.Run(
      "INSERT INTO inbox(sender, referral, version, task, offer_epoch, stage, agency, unit, "
      "sender_unit, header_digest, service, urgency, test, state, received_ms, expires_ms, "
      "delivery, update_number) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
      "?14, ?15, ?16, ?17, ?18)",
      referral.sender.value(), Blob(referral.referral.view()), referral.version, item.key.task,
      item.key.offer_epoch, item.key.stage, item.recipient.agency.value(),
      item.recipient.unit.value(), item.sender_unit.value(), Blob(item.header_digest.view()),
      item.service, item.urgency, item.test, item.state, ToUnixMillis(item.received),
      ToUnixMillis(item.expires), delivery, item.key.update));
  return db.LastInsertRowId();
}

absl::StatusOr<std::optional<int64_t>> StandingAnswer(Database& db, int64_t item, EntryKind kind) {
  AMANA_ASSIGN_OR_RETURN(
      Statement row, db.Prepare("SELECT o.id FROM inbox_answers a JOIN outbox o ON o.id = a.entry "
                                "WHERE a.item = ?1 AND a.kind = ?2 AND o.state <> 2"));
  row.Bind(item, kind);
  AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return std::optional<int64_t>();
  return std::optional<int64_t>(row.Int(0));
}

absl::StatusOr<int64_t> AddAnswer(Database& db, int64_t item, const NewEntry& entry) {
  AMANA_ASSIGN_OR_RETURN(const int64_t id, Outbox::AddIn(db, entry));
  AMANA_RETURN_IF_ERROR(
      db.Run("INSERT OR REPLACE INTO inbox_answers(item, kind, entry) VALUES(?1, ?2, ?3)", item,
             entry.kind, id));
  return id;
}

absl::Status SetItemState(Database& db, int64_t item, InboxState state) {
  return db.Run("UPDATE inbox SET state = ?2 WHERE id = ?1", item, state);
}

}  // namespace amana::sdk
