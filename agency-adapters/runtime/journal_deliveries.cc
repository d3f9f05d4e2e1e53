#include "agency-adapters/runtime/journal_deliveries.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agency-adapters/runtime/errors.h"
#include "base/clock.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

constexpr char kColumns[] =
    "SELECT id, key, kind, source, thread, state, urgency, native_id, attempts, made_ms, "
    "deadline_ms, reason, field FROM delivery d WHERE ";

DeliveryRow ReadRow(const sqlite::Statement& row) {
  return {.id = row.Int(0),
          .key = std::string(row.Text(1)),
          .kind = static_cast<DeliveryKind>(row.Int(2)),
          .source = row.Int(3),
          .thread = std::string(row.Text(4)),
          .state = static_cast<RowState>(row.Int(5)),
          .urgency = static_cast<v1::Urgency>(row.Int(6)),
          .native_id = std::string(row.Text(7)),
          .attempts = static_cast<uint32_t>(row.Int(8)),
          .made = FromUnixMillis(row.Int(9)),
          .deadline = FromUnixMillis(row.Int(10)),
          .reason = std::string(row.Text(11)),
          .field = std::string(row.Text(12))};
}

}  // namespace

absl::Status DeliveryJournal::Intend(absl::Span<const NewDelivery> made, std::string_view cursor,
                                     int64_t position, absl::Time now) {
  return journal_.Write([&](sqlite::Database& db) -> absl::Status {
    for (const NewDelivery& row : made) {
      AMANA_RETURN_IF_ERROR(
          db.Run("INSERT OR IGNORE INTO delivery(key, kind, source, thread, state, urgency, "
                 "next_ms, made_ms, deadline_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
                 row.key, row.kind, row.source, row.thread, RowState::kIntended, row.urgency,
                 ToUnixMillis(now), ToUnixMillis(now + policy_.deadline)));
    }
    return Journal::SetCursor(db, cursor, position);
  });
}

absl::StatusOr<std::vector<DeliveryRow>> DeliveryJournal::Select(const char* where, int64_t a,
                                                                 int64_t b) {
  std::vector<DeliveryRow> rows;
  AMANA_RETURN_IF_ERROR(journal_.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement found, db.Prepare(absl::StrCat(kColumns, where)));
    found.Bind(a, b);
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, found.Step());
      if (!more) return absl::OkStatus();
      rows.push_back(ReadRow(found));
    }
  }));
  return rows;
}

absl::StatusOr<std::optional<DeliveryRow>> DeliveryJournal::Find(std::string_view key) {
  std::optional<DeliveryRow> row;
  AMANA_RETURN_IF_ERROR(journal_.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement found, db.Prepare(absl::StrCat(kColumns, "key = ?1")));
    AMANA_ASSIGN_OR_RETURN(const bool there, found.Bind(key).Step());
    if (there) row = ReadRow(found);
    return absl::OkStatus();
  }));
  return row;
}

absl::StatusOr<DeliveryRow> DeliveryJournal::Get(int64_t id) {
  AMANA_ASSIGN_OR_RETURN(const auto rows, Select("id = ?1 LIMIT ?2", id, 1));
  if (rows.empty()) return LetterUnknown();
  return rows.front();
}

absl::StatusOr<std::vector<DeliveryRow>> DeliveryJournal::Due(absl::Time now, size_t limit) {
  // A notice's thread is "notices/" and its referral, a case's the referral, "/" and more ('0'
  // comes next after '/').
  return Select(
      "state = 1 AND next_ms <= ?1 AND NOT EXISTS(SELECT 1 FROM delivery e WHERE "
      "e.thread = d.thread AND e.state = 1 AND e.id < d.id) AND NOT (d.kind = 4 AND EXISTS(SELECT "
      "1 FROM delivery c WHERE c.thread >= substr(d.thread, 9) || '/' AND c.thread < "
      "substr(d.thread, 9) || '0' AND c.state = 1 AND c.kind = 1 AND c.id < d.id)) "
      "ORDER BY urgency, id LIMIT ?2",
      ToUnixMillis(now), static_cast<int64_t>(limit));
}

absl::Status DeliveryJournal::Begin(absl::Span<const DeliveryRow> rows) {
  return journal_.Write([&](sqlite::Database& db) -> absl::Status {
    for (const DeliveryRow& row : rows) {
      AMANA_RETURN_IF_ERROR(
          db.Run("UPDATE delivery SET attempts = attempts + 1 WHERE id = ?1", row.id));
    }
    return absl::OkStatus();
  });
}

absl::Status DeliveryJournal::Written(absl::Span<const Result> results) {
  return journal_.Write([&](sqlite::Database& db) -> absl::Status {
    for (const Result& result : results) {
      AMANA_RETURN_IF_ERROR(db.Run(
          "UPDATE delivery SET state = 2, native_id = ?2, reason = '', field = '' WHERE id = ?1 "
          "AND state = 1",
          result.id, result.native_id));
    }
    return absl::OkStatus();
  });
}

absl::Status DeliveryJournal::Settled(absl::Span<const int64_t> ids) {
  return journal_.Write([&](sqlite::Database& db) -> absl::Status {
    for (const int64_t id : ids) {
      AMANA_RETURN_IF_ERROR(
          db.Run("UPDATE delivery SET state = 3, reason = '', field = '' WHERE id = ?1", id));
    }
    return absl::OkStatus();
  });
}

absl::Status DeliveryJournal::Skipped(absl::Span<const int64_t> ids, std::string_view reason) {
  return journal_.Write([&](sqlite::Database& db) -> absl::Status {
    for (const int64_t id : ids) {
      AMANA_RETURN_IF_ERROR(
          db.Run("UPDATE delivery SET state = 3, reason = ?2, field = '', "
                 "attempts = attempts - 1 WHERE id = ?1",
                 id, reason));
    }
    return absl::OkStatus();
  });
}

absl::Status DeliveryJournal::Failed(int64_t id, const absl::Status& why, absl::Time now,
                                     double jitter) {
  AMANA_ASSIGN_OR_RETURN(const DeliveryRow row, Get(id));
  const absl::Time next = now + policy_.Backoff(row.attempts, jitter);
  const std::string reason = ErrorReason(why), field = ErrorField(why);
  return journal_.Write([&](sqlite::Database& db) {
    return db.Run("UPDATE delivery SET next_ms = ?2, reason = ?3, field = ?4 WHERE id = ?1", id,
                  ToUnixMillis(next), reason, field);
  });
}

absl::Status DeliveryJournal::Dead(int64_t id, const absl::Status& why) {
  const std::string reason = ErrorReason(why), field = ErrorField(why);
  return journal_.Write([&](sqlite::Database& db) {
    return db.Run("UPDATE delivery SET state = 4, reason = ?2, field = ?3 WHERE id = ?1", id,
                  reason, field);
  });
}

absl::StatusOr<std::vector<DeliveryRow>> DeliveryJournal::List(RowState state, size_t limit) {
  return Select("state = ?1 ORDER BY id LIMIT ?2", static_cast<int64_t>(state),
                static_cast<int64_t>(limit));
}

absl::StatusOr<int64_t> DeliveryJournal::Count(RowState state) {
  int64_t count = 0;
  AMANA_RETURN_IF_ERROR(journal_.Read([&](sqlite::Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(sqlite::Statement row,
                           db.Prepare("SELECT COUNT(*) FROM delivery WHERE state = ?1"));
    AMANA_RETURN_IF_ERROR(row.Bind(state).Step().status());
    count = row.Int(0);
    return absl::OkStatus();
  }));
  return count;
}

absl::StatusOr<bool> DeliveryJournal::HasDead(DeliveryKind kind) {
  AMANA_ASSIGN_OR_RETURN(const auto rows,
                         Select("state = ?1 AND kind = ?2 LIMIT 1",
                                static_cast<int64_t>(RowState::kDead), static_cast<int64_t>(kind)));
  return !rows.empty();
}

absl::StatusOr<std::optional<absl::Time>> DeliveryJournal::OldestIntended() {
  AMANA_ASSIGN_OR_RETURN(const auto rows, Select("state = ?1 ORDER BY id LIMIT ?2",
                                                 static_cast<int64_t>(RowState::kIntended), 1));
  if (rows.empty()) return std::optional<absl::Time>();
  return std::optional<absl::Time>(rows.front().made);
}

}  // namespace amana::runtime
