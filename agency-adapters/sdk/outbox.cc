#include "agency-adapters/sdk/outbox.h"

#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "base/clock.h"
#include "base/status.h"

namespace amana::sdk {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

// Answers first: a lease runs while they wait.
constexpr bool IsAnswer(EntryKind kind) {
  return kind == EntryKind::kAcknowledgement || kind == EntryKind::kSeen ||
         kind == EntryKind::kDecision || kind == EntryKind::kRecallAnswer ||
         kind == EntryKind::kWithdrawal || kind == EntryKind::kQuestion ||
         kind == EntryKind::kStart || kind == EntryKind::kOutcome ||
         kind == EntryKind::kHandoverStep;
}

// What has no urgency of its own does not wait for what has.
int Rank(const NewEntry& entry) {
  if (IsAnswer(entry.kind) || entry.urgency == v1::URGENCY_UNSPECIFIED) return 0;
  return entry.urgency;
}

constexpr std::string_view kColumns =
    "id, kind, state, digest, sender, referral, version, urgency, queued_ms, attempts, reason, "
    "field, log_index, held";

absl::StatusOr<OutboxEntry> ReadColumns(const Statement& row) {
  OutboxEntry entry;
  entry.id = row.Int(0);
  entry.kind = static_cast<EntryKind>(row.Int(1));
  entry.state = static_cast<EntryState>(row.Int(2));
  AMANA_ASSIGN_OR_RETURN(entry.digest, Digest::FromBytes(row.Bytes(3)));
  if (!row.IsNull(5)) {
    StatementKey key;
    AMANA_ASSIGN_OR_RETURN(key.sender, AgencyId::Create(row.Text(4)));
    AMANA_ASSIGN_OR_RETURN(key.referral, ReferralId::FromBytes(row.Bytes(5)));
    key.version = static_cast<uint32_t>(row.Int(6));
    entry.referral = std::move(key);
  }
  entry.urgency = static_cast<v1::Urgency>(row.Int(7));
  entry.queued = FromUnixMillis(row.Int(8));
  entry.attempts = static_cast<uint32_t>(row.Int(9));
  entry.reason = row.Text(10);
  entry.field = row.Text(11);
  entry.log_index = static_cast<uint64_t>(row.Int(12));
  entry.held = row.Int(13) != 0;
  return entry;
}

absl::StatusOr<OutboxEntry> ReadWhole(Statement& row) {
  AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return EntryUnknown("entry");
  AMANA_ASSIGN_OR_RETURN(OutboxEntry entry, ReadColumns(row));
  entry.request = row.Bytes(14);
  if (!row.IsNull(15)) {
    v1::Receipt receipt;
    if (!receipt.ParseFromString(std::string(row.Bytes(15)))) {
      return StoreCorruptError("outbox: a receipt does not parse");
    }
    entry.receipt = std::move(receipt);
  }
  return entry;
}

absl::Status KeepKeys(Database& db, const StatementKey& referral,
                      absl::Span<const envelope::SectionKey> keys) {
  for (const envelope::SectionKey& key : keys) {
    AMANA_RETURN_IF_ERROR(
        db.Run("INSERT OR IGNORE INTO section_keys VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
               referral.sender.value(), Blob(referral.referral.view()), referral.version, key.slot,
               key.stage, Blob(key.key.Reveal(crypto::RevealSecret()))));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> Outbox::Add(const NewEntry& entry,
                                    absl::Span<const envelope::SectionKey> keys) {
  int64_t id = 0;
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(id, AddIn(db, entry, keys));
    return absl::OkStatus();
  }));
  return id;
}

absl::StatusOr<int64_t> Outbox::AddIn(Database& db, const NewEntry& entry,
                                      absl::Span<const envelope::SectionKey> keys) {
  std::optional<std::string_view> sender;
  std::optional<Blob> referral;
  std::optional<uint32_t> version;
  if (entry.referral.has_value()) {
    sender = entry.referral->sender.value();
    referral = Blob(entry.referral->referral.view());
    version = entry.referral->version;
    AMANA_RETURN_IF_ERROR(KeepKeys(db, *entry.referral, keys));
  }
  AMANA_RETURN_IF_ERROR(
      db.Run("INSERT INTO outbox(kind, digest, state, sender, referral, version, urgency, "
             "queued_ms, request, held) VALUES(?1, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
             "ON CONFLICT(kind, digest) DO NOTHING",
             entry.kind, Blob(entry.digest.view()), sender, referral, version, Rank(entry),
             ToUnixMillis(entry.queued), Blob(entry.request), entry.held));
  AMANA_ASSIGN_OR_RETURN(Statement row,
                         db.Prepare("SELECT id FROM outbox WHERE kind = ?1 AND digest = ?2"));
  row.Bind(entry.kind, Blob(entry.digest.view()));
  AMANA_RETURN_IF_ERROR(row.Step().status());
  const int64_t id = row.Int(0);
  if (!entry.made_for.empty()) {
    AMANA_RETURN_IF_ERROR(
        db.Run("INSERT INTO made_for(name, entry) VALUES(?1, ?2)", entry.made_for, id));
  }
  return id;
}

absl::StatusOr<std::optional<int64_t>> Outbox::MadeFor(std::string_view name) {
  std::optional<int64_t> entry;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare("SELECT entry FROM made_for WHERE name = ?1"));
    row.Bind(name);
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (found) entry = row.Int(0);
    return absl::OkStatus();
  }));
  return entry;
}

absl::StatusOr<OutboxEntry> Outbox::Get(int64_t id) {
  absl::StatusOr<OutboxEntry> entry = EntryUnknown("entry");
  const std::string sql =
      "SELECT " + std::string(kColumns) + ", request, receipt FROM outbox WHERE id = ?1";
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
    row.Bind(id);
    entry = ReadWhole(row);
    return absl::OkStatus();
  }));
  return entry;
}

absl::StatusOr<OutboxEntry> Outbox::FindSubmission(const StatementKey& referral) {
  absl::StatusOr<OutboxEntry> entry = EntryUnknown("referral");
  const std::string sql = "SELECT " + std::string(kColumns) +
                          ", request, receipt FROM outbox WHERE referral = ?1 AND kind = ?2 AND "
                          "sender = ?3 AND version = ?4 ORDER BY id DESC";
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
    row.Bind(Blob(referral.referral.view()), EntryKind::kSubmission, referral.sender.value(),
             referral.version);
    entry = ReadWhole(row);
    return absl::OkStatus();
  }));
  return entry;
}

absl::StatusOr<OutboxEntry> Outbox::FindStatement(EntryKind kind, const Digest& digest) {
  absl::StatusOr<OutboxEntry> entry = EntryUnknown("digest");
  const std::string sql = "SELECT " + std::string(kColumns) +
                          ", request, receipt FROM outbox WHERE kind = ?1 AND digest = ?2";
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
    row.Bind(kind, Blob(digest.view()));
    entry = ReadWhole(row);
    return absl::OkStatus();
  }));
  return entry;
}

absl::StatusOr<std::vector<OutboxEntry>> Outbox::List(std::optional<EntryState> state,
                                                      size_t limit) {
  std::vector<OutboxEntry> entries;
  const std::string sql = "SELECT " + std::string(kColumns) +
                          " FROM outbox WHERE ?1 IS NULL OR state = ?1 ORDER BY id DESC LIMIT ?2";
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
    row.Bind(state, limit);
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      AMANA_ASSIGN_OR_RETURN(OutboxEntry entry, ReadColumns(row));
      entries.push_back(std::move(entry));
    }
  }));
  return entries;
}

absl::StatusOr<std::vector<int64_t>> Outbox::Pending(size_t limit) {
  std::vector<int64_t> ids;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT id FROM outbox WHERE state = 0 AND held = 0 ORDER BY urgency, id "
                   "LIMIT ?1"));
    row.Bind(limit);
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      ids.push_back(row.Int(0));
    }
  }));
  return ids;
}

absl::StatusOr<bool> Outbox::AnswersWait(const OutboxEntry& entry) {
  if (!entry.referral.has_value()) return false;
  bool waits = false;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT 1 FROM outbox WHERE state = 0 AND kind >= ?1 AND kind < ?2 AND "
                   "sender = ?3 AND referral = ?4 AND version = ?5 LIMIT 1"));
    row.Bind(EntryKind::kAcknowledgement, entry.kind,
             std::string_view(entry.referral->sender.value()),
             Blob(entry.referral->referral.view()), entry.referral->version);
    AMANA_ASSIGN_OR_RETURN(waits, row.Step());
    return absl::OkStatus();
  }));
  return waits;
}

absl::StatusOr<bool> Outbox::ConsentsWait(const OutboxEntry& entry) {
  bool waits = false;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT 1 FROM outbox WHERE state = 0 AND kind = ?1 AND id < ?2 LIMIT 1"));
    row.Bind(EntryKind::kConsent, entry.id);
    AMANA_ASSIGN_OR_RETURN(waits, row.Step());
    return absl::OkStatus();
  }));
  return waits;
}

absl::StatusOr<bool> Outbox::StepsWait(const OutboxEntry& entry) {
  bool waits = false;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row,
                           db.Prepare("SELECT 1 FROM outbox WHERE state = 0 AND kind = ?1 AND id < "
                                      "?2 AND sender = ?3 AND referral = ?4 LIMIT 1"));
    row.Bind(EntryKind::kHandoverStep, entry.id, std::string_view(entry.referral->sender.value()),
             Blob(entry.referral->referral.view()));
    AMANA_ASSIGN_OR_RETURN(waits, row.Step());
    return absl::OkStatus();
  }));
  return waits;
}

absl::StatusOr<std::vector<OutboxEntry>> Outbox::Standing(EntryKind kind,
                                                          const StatementKey& referral) {
  std::vector<OutboxEntry> entries;
  const std::string sql = "SELECT " + std::string(kColumns) +
                          ", request, receipt FROM outbox WHERE referral = ?1 AND kind = ?2 AND "
                          "sender = ?3 AND version = ?4 AND state <> 2 AND id > ?5 ORDER BY id";
  int64_t last = 0;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    while (true) {
      AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
      row.Bind(Blob(referral.referral.view()), kind, referral.sender.value(), referral.version,
               last);
      absl::StatusOr<OutboxEntry> entry = ReadWhole(row);
      if (ErrorReason(entry.status()) == "ENTRY_UNKNOWN") return absl::OkStatus();
      if (!entry.ok()) return entry.status();
      last = entry->id;
      entries.push_back(*std::move(entry));
    }
  }));
  return entries;
}

absl::Status Outbox::Accept(int64_t id, const v1::Receipt& receipt, uint64_t log_index) {
  const std::string bytes = receipt.SerializeAsString();
  return mailbox_.Write([&](Database& db) {
    return db.Run(
        "UPDATE outbox SET state = 1, attempts = attempts + 1, reason = '', field = '', "
        "receipt = ?2, log_index = ?3 WHERE id = ?1",
        id, Blob(bytes), log_index);
  });
}

absl::Status Outbox::Refuse(int64_t id, const absl::Status& why) {
  const std::string reason = ErrorReason(why);
  const std::string field = ErrorField(why);
  // A receipt that is there was verified: no later refusal undoes it.
  return mailbox_.Write([&](Database& db) {
    return db.Run(
        "UPDATE outbox SET state = CASE WHEN receipt IS NULL THEN 2 ELSE 1 END, "
        "attempts = attempts + 1, reason = ?2, field = ?3 WHERE id = ?1",
        id, reason, field);
  });
}

absl::Status Outbox::Retry(int64_t id, const absl::Status& why) {
  const std::string reason = ErrorReason(why);
  const std::string field = ErrorField(why);
  return mailbox_.Write([&](Database& db) {
    return db.Run(
        "UPDATE outbox SET attempts = attempts + 1, reason = ?2, field = ?3 WHERE id = ?1", id,
        reason, field);
  });
}

absl::Status Outbox::SendAgain(int64_t id) {
  return mailbox_.Write(
      [&](Database& db) { return db.Run("UPDATE outbox SET state = 0 WHERE id = ?1", id); });
}

absl::Status Outbox::Release(int64_t id) {
  return mailbox_.Write(
      [&](Database& db) { return db.Run("UPDATE outbox SET held = 0 WHERE id = ?1", id); });
}

absl::StatusOr<std::vector<envelope::SectionKey>> Outbox::SectionKeys(
    const StatementKey& referral) {
  std::vector<envelope::SectionKey> keys;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row,
                           db.Prepare("SELECT slot, stage, key FROM section_keys WHERE sender = ?1 "
                                      "AND referral = ?2 AND version = ?3 ORDER BY slot"));
    row.Bind(referral.sender.value(), Blob(referral.referral.view()), referral.version);
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      keys.push_back({static_cast<uint32_t>(row.Int(0)),
                      static_cast<v1::DisclosureStage>(row.Int(1)), crypto::Secret(row.Bytes(2))});
    }
  }));
  return keys;
}

absl::Status Outbox::DropSectionKeys(const StatementKey& referral) {
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) {
    return db.Run("DELETE FROM section_keys WHERE sender = ?1 AND referral = ?2 AND version = ?3",
                  referral.sender.value(), Blob(referral.referral.view()), referral.version);
  }));
  return mailbox_.Scrub();
}

}  // namespace amana::sdk
