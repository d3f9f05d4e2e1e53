#include "agency-adapters/runtime/journal_items.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/runtime/errors.h"
#include "agency-adapters/runtime/item_text.h"
#include "base/clock.h"
#include "base/status.h"
#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"

namespace amana::runtime {
namespace {

constexpr char kColumns[] =
    "SELECT id, key, kind, state, urgency, referral, entry, attempts, taken_ms, deadline_ms, "
    "reason, field, owed FROM item i WHERE ";

absl::StatusOr<ItemRow> ReadRow(const sqlite::Statement& row) {
  AMANA_ASSIGN_OR_RETURN(const ReferralId referral, ReferralId::FromBytes(row.Bytes(5)));
  return ItemRow{.id = row.Int(0),
                 .key = std::string(row.Text(1)),
                 .kind = static_cast<ItemKind>(row.Int(2)),
                 .state = static_cast<RowState>(row.Int(3)),
                 .urgency = static_cast<v1::Urgency>(row.Int(4)),
                 .referral = referral,
                 .entry = row.Int(6),
                 .attempts = static_cast<uint32_t>(row.Int(7)),
                 .taken = FromUnixMillis(row.Int(8)),
                 .deadline = FromUnixMillis(row.Int(9)),
                 .reason = std::string(row.Text(10)),
                 .field = std::string(row.Text(11)),
                 .owed = static_cast<Told>(row.Int(12))};
}

bool IsOfItem(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  return reason == "KEY_INVALID" || reason == "KEY_REUSED" || reason == "ITEM_INVALID";
}

struct Standing {
  RowState state = RowState::kIntended;
  Digest digest;
};

absl::StatusOr<std::optional<Standing>> FindStanding(sqlite::Database& db, const std::string& key) {
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                         db.Prepare("SELECT state, digest FROM item WHERE key = ?1"));
  AMANA_ASSIGN_OR_RETURN(const bool found, row.Bind(key).Step());
  if (!found) return std::optional<Standing>();
  AMANA_ASSIGN_OR_RETURN(const Digest digest, Digest::FromBytes(row.Bytes(1)));
  return std::optional<Standing>({static_cast<RowState>(row.Int(0)), digest});
}

// Of one case everything goes in order. Its parts have keys of their own (AT_OFFER, AT_ACCEPT), and
// an answer may name either: the thread is that of their deliveries.
absl::StatusOr<std::string> ThreadOf(sqlite::Database& db, const NativeItem& item) {
  if (item.kind == ItemKind::kCase) return item.key;
  AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                         db.Prepare("SELECT thread FROM delivery WHERE key = ?1"));
  AMANA_ASSIGN_OR_RETURN(const bool received, row.Bind(item.about).Step());
  return received ? std::string(row.Text(0)) : item.about;
}

}  // namespace

absl::Status ItemJournal::TakeIn(sqlite::Database& db, const Judged& judged, absl::Time now) {
  const auto& [held, verdict] = judged;
  AMANA_RETURN_IF_ERROR(CheckItem(held));
  const std::string text = ToText(held);
  const Digest digest = crypto::Sha256({journal_.salt(), text});
  AMANA_ASSIGN_OR_RETURN(const std::optional<Standing> standing, FindStanding(db, held.item.key));
  if (standing.has_value()) {
    if (standing->digest == digest) {
      // It is shown again because the native side has lost what it was told, or has sent it again.
      return db.Run("UPDATE item SET told = ?2 WHERE key = ?1 AND told <> ?2", held.item.key,
                    Told::kNothing);
    }
    if (standing->state != RowState::kDead) return KeyReused();
    AMANA_RETURN_IF_ERROR(db.Run("DELETE FROM item WHERE key = ?1", held.item.key));
  }
  const bool dead = !verdict.refused.ok();
  const auto referral = crypto::RandomId<ReferralId>();
  const std::string reason = ErrorReason(verdict.refused), field = ErrorField(verdict.refused);
  AMANA_ASSIGN_OR_RETURN(const std::string thread, ThreadOf(db, held.item));
  return db.Run(
      "INSERT INTO item(key, kind, thread, state, urgency, content, digest, referral, next_ms, "
      "taken_ms, deadline_ms, reason, field, owed) "
      "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12, ?13)",
      held.item.key, held.item.kind, thread, dead ? RowState::kDead : RowState::kIntended,
      verdict.urgency, sqlite::Blob(text), sqlite::Blob(digest.view()),
      sqlite::Blob(referral.view()), ToUnixMillis(now), ToUnixMillis(now + policy_.deadline),
      reason, field, dead ? Told::kRefused : Told::kTaken);
}

absl::StatusOr<std::vector<absl::Status>> ItemJournal::TakeAll(absl::Span<const Judged> items,
                                                               absl::Time now) {
  std::vector<absl::Status> results;
  AMANA_RETURN_IF_ERROR(journal_.Write([&](sqlite::Database& db) -> absl::Status {
    for (const Judged& judged : items) {
      results.push_back(TakeIn(db, judged, now));
      // What says nothing of the item, but of this machine, undoes them all.
      if (!results.back().ok() && !IsOfItem(results.back())) return results.back();
    }
    return absl::OkStatus();
  }));
  return results;
}

absl::StatusOr<ItemRow> ItemJournal::Take(const HeldItem& item, const Verdict& verdict,
                                          absl::Time now) {
  const Judged judged{item, verdict};
  AMANA_ASSIGN_OR_RETURN(const auto results, TakeAll({&judged, 1}, now));
  AMANA_RETURN_IF_ERROR(results.front());
  AMANA_ASSIGN_OR_RETURN(const std::optional<ItemRow> row, Find(item.item.key));
  if (!row.has_value()) return LetterUnknown();
  return *row;
}

absl::StatusOr<std::vector<ItemRow>> ItemJournal::Select(const char* where, int64_t a, int64_t b) {
  std::vector<ItemRow> rows;
  AMANA_RETURN_IF_ERROR(journal_.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement found, db.Prepare(absl::StrCat(kColumns, where)));
    found.Bind(a, b);
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, found.Step());
      if (!more) return absl::OkStatus();
      AMANA_ASSIGN_OR_RETURN(ItemRow row, ReadRow(found));
      rows.push_back(std::move(row));
    }
  }));
  return rows;
}

absl::StatusOr<std::optional<ItemRow>> ItemJournal::One(const char* where, std::string_view value) {
  std::optional<ItemRow> row;
  AMANA_RETURN_IF_ERROR(journal_.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement found, db.Prepare(absl::StrCat(kColumns, where)));
    // The same bytes as text and as a blob are not equal to SQLite.
    AMANA_ASSIGN_OR_RETURN(const bool there, found.Bind(value, sqlite::Blob(value)).Step());
    if (!there) return absl::OkStatus();
    AMANA_ASSIGN_OR_RETURN(row, ReadRow(found));
    return absl::OkStatus();
  }));
  return row;
}

absl::StatusOr<ItemRow> ItemJournal::Get(int64_t id) {
  AMANA_ASSIGN_OR_RETURN(const auto rows, Select("id = ?1 LIMIT ?2", id, 1));
  if (rows.empty()) return LetterUnknown();
  return rows.front();
}

absl::StatusOr<std::optional<ItemRow>> ItemJournal::Find(std::string_view key) {
  return One("key = ?1 AND ?2 IS NOT NULL", key);
}

absl::StatusOr<std::optional<ItemRow>> ItemJournal::FindReferral(const ReferralId& referral) {
  return One("referral = ?2 AND ?1 IS NOT NULL AND kind = 1", referral.view());
}

absl::StatusOr<std::optional<HeldItem>> ItemJournal::Content(int64_t id) {
  std::string text;
  AMANA_RETURN_IF_ERROR(journal_.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                           db.Prepare("SELECT content FROM item WHERE id = ?1"));
    AMANA_ASSIGN_OR_RETURN(const bool there, row.Bind(id).Step());
    if (there) text = std::string(row.Bytes(0));
    return absl::OkStatus();
  }));
  if (text.empty()) return std::optional<HeldItem>();
  AMANA_ASSIGN_OR_RETURN(HeldItem item, HeldItemFromText(text));
  return std::optional<HeldItem>(std::move(item));
}

absl::StatusOr<std::vector<ItemRow>> ItemJournal::Due(absl::Time now, size_t limit) {
  return Select(
      "state = 1 AND next_ms <= ?1 AND NOT EXISTS(SELECT 1 FROM item e WHERE "
      "e.thread = i.thread AND e.state = 1 AND e.id < i.id) ORDER BY urgency, id LIMIT ?2",
      ToUnixMillis(now), static_cast<int64_t>(limit));
}

absl::StatusOr<std::vector<ItemRow>> ItemJournal::WrittenAfter(int64_t id, size_t limit) {
  return Select("state = 2 AND id > ?1 ORDER BY id LIMIT ?2", id, static_cast<int64_t>(limit));
}

absl::StatusOr<std::vector<ItemRow>> ItemJournal::Owed(size_t limit) {
  return Select("owed <> told AND id > ?1 ORDER BY id LIMIT ?2", 0, static_cast<int64_t>(limit));
}

absl::Status ItemJournal::Written(absl::Span<const Queued> rows) {
  if (rows.empty()) return absl::OkStatus();
  return journal_.Write([&](sqlite::Database& db) -> absl::Status {
    for (const Queued& row : rows) {
      AMANA_RETURN_IF_ERROR(
          db.Run("UPDATE item SET state = 2, entry = ?2, content = NULL, reason = '', field = '' "
                 "WHERE id = ?1 AND state IN (1, 2)",
                 row.id, row.entry));
    }
    return absl::OkStatus();
  });
}

absl::Status ItemJournal::Settled(absl::Span<const int64_t> ids) {
  if (ids.empty()) return absl::OkStatus();
  return journal_.Write([&](sqlite::Database& db) -> absl::Status {
    for (const int64_t id : ids) {
      AMANA_RETURN_IF_ERROR(db.Run(
          "UPDATE item SET state = 3, owed = ?2 WHERE id = ?1 AND state = 2", id, Told::kAccepted));
    }
    return absl::OkStatus();
  });
}

absl::Status ItemJournal::Failed(int64_t id, const absl::Status& why, absl::Time now,
                                 double jitter) {
  AMANA_ASSIGN_OR_RETURN(const ItemRow row, Get(id));
  const absl::Time next = now + policy_.Backoff(row.attempts + 1, jitter);
  const std::string reason = ErrorReason(why), field = ErrorField(why);
  return journal_.Write([&](sqlite::Database& db) {
    return db.Run(
        "UPDATE item SET attempts = attempts + 1, next_ms = ?2, reason = ?3, field = ?4 "
        "WHERE id = ?1",
        id, ToUnixMillis(next), reason, field);
  });
}

absl::Status ItemJournal::Dead(int64_t id, const absl::Status& why) {
  const std::string reason = ErrorReason(why), field = ErrorField(why);
  return journal_.Write([&](sqlite::Database& db) {
    return db.Run("UPDATE item SET state = 4, reason = ?2, field = ?3, owed = ?4 WHERE id = ?1", id,
                  reason, field, Told::kRefused);
  });
}

absl::Status ItemJournal::TellDone(absl::Span<const ItemRow> rows) {
  if (rows.empty()) return absl::OkStatus();
  return journal_.Write([&](sqlite::Database& db) -> absl::Status {
    for (const ItemRow& row : rows) {
      AMANA_RETURN_IF_ERROR(db.Run("UPDATE item SET told = ?2 WHERE id = ?1", row.id, row.owed));
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<int64_t> ItemJournal::Count(RowState state) {
  int64_t count = 0;
  AMANA_RETURN_IF_ERROR(journal_.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                           db.Prepare("SELECT COUNT(*) FROM item WHERE state = ?1"));
    AMANA_RETURN_IF_ERROR(row.Bind(state).Step().status());
    count = row.Int(0);
    return absl::OkStatus();
  }));
  return count;
}

absl::StatusOr<std::optional<absl::Time>> ItemJournal::OldestIntended() {
  AMANA_ASSIGN_OR_RETURN(const auto rows, Select("state = ?1 ORDER BY id LIMIT ?2",
                                                 static_cast<int64_t>(RowState::kIntended), 1));
  if (rows.empty()) return std::optional<absl::Time>();
  return std::optional<absl::Time>(rows.front().taken);
}

}  // namespace amana::runtime
