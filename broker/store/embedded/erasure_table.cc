#include "broker/store/embedded/erasure_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "broker/store/embedded/row.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

RowDigest SettledDigest(const StatementKey& key, int64_t ending, int64_t categories,
                        int64_t since) {
  RowHasher hasher("settled");
  return hasher.Add(key).Add(static_cast<Ending>(ending)).Add(categories).Add(since).Finish();
}

RowDigest HoldDigest(const HoldRecord& hold) {
  RowHasher hasher("hold");
  hasher.Add(hold.sender).Add(hold.referral).Add(hold.holder).Add(hold.held);
  return hasher.Add(hold.log_index).Finish();
}

}  // namespace

bool IsSettledRow(const sqlite::Statement& statement) {
  RowReader row(statement);
  StatementKey key;
  key.sender = row.Token<AgencyId>();
  key.referral = row.Fixed<ReferralId>();
  key.version = row.Int<uint32_t>();
  const int64_t ending = row.Int();
  const int64_t categories = row.Int();
  const int64_t since = row.Int();
  return row.ok() && row.Matches(SettledDigest(key, ending, categories, since));
}

// There are few groups, so each is looked for in the index, and not all rows for their groups.
absl::StatusOr<std::vector<StatementKey>> ErasureTable::Due(const SettledBefore& before,
                                                            size_t limit) const {
  std::vector<StatementKey> due;
  Group last{0, 0};  // before every ending's
  while (due.size() < limit) {
    AMANA_ASSIGN_OR_RETURN(
        auto query, session_.Query("SELECT ending, categories FROM settled WHERE (ending, "
                                   "categories) > (?1, ?2) ORDER BY ending, categories LIMIT 1",
                                   last.ending, last.categories));
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) break;
    last = {query.Int(0), query.Int(1)};
    const auto categories = codes::CategorySet::FromBits(static_cast<uint32_t>(last.categories));
    AMANA_RETURN_IF_ERROR(
        AddDue(last, before(static_cast<Ending>(last.ending), categories), limit, due));
  }
  return due;
}

absl::Status ErasureTable::AddDue(const Group& group, absl::Time before, size_t limit,
                                  std::vector<StatementKey>& due) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT r.sender, r.id, r.version, s.since, s.digest FROM settled s CROSS "
                     "JOIN referral r ON r.row = s.referral WHERE s.ending = ?1 AND "
                     "s.categories = ?2 AND s.since <= ?3 AND NOT EXISTS (SELECT 1 FROM "
                     "legal_hold h WHERE h.id = r.id AND h.sender = r.sender AND h.held = 1) "
                     "ORDER BY s.since, s.referral",
                     group.ending, group.categories, TimeToRow(before)));
  while (due.size() < limit) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) break;
    RowReader row(query);
    StatementKey key;
    key.sender = row.Token<AgencyId>();
    key.referral = row.Fixed<ReferralId>();
    key.version = row.Int<uint32_t>();
    const int64_t since = row.Int();
    if (row.ok() && row.Matches(SettledDigest(key, group.ending, group.categories, since))) {
      due.push_back(std::move(key));
    } else {
      session_.Corrupt("settled").IgnoreError();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<HoldRecord>> ErasureTable::Holds(const AgencyId& sender,
                                                            const ReferralId& referral) const {
  std::vector<HoldRecord> holds;
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT holder, held, log_index, digest FROM legal_hold WHERE "
                                 "id = ?1 AND sender = ?2",
                                 Blob(referral.view()), sender.value()));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return holds;
    RowReader row(query);
    HoldRecord hold;
    hold.sender = sender;
    hold.referral = referral;
    hold.holder = row.Token<AgencyId>();
    hold.held = row.Int<bool>();
    hold.log_index = row.Int<uint64_t>();
    if (!row.ok() || !row.Matches(HoldDigest(hold))) return session_.Corrupt("legal_hold");
    holds.push_back(std::move(hold));
  }
}

absl::StatusOr<bool> ErasureTable::IsHeld(const AgencyId& sender,
                                          const ReferralId& referral) const {
  AMANA_ASSIGN_OR_RETURN(const std::vector<HoldRecord> holds, Holds(sender, referral));
  return std::any_of(holds.begin(), holds.end(), [](const HoldRecord& each) { return each.held; });
}

absl::StatusOr<std::optional<HoldRecord>> ErasureTable::FindHold(const AgencyId& sender,
                                                                 const ReferralId& referral,
                                                                 const AgencyId& holder) const {
  AMANA_ASSIGN_OR_RETURN(const std::vector<HoldRecord> holds, Holds(sender, referral));
  for (const HoldRecord& each : holds) {
    if (each.holder == holder) return each;
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<StatementRecord>> ErasureTable::FindHoldStatement(
    const AgencyId& sender, const ReferralId& referral, const Digest& statement) const {
  return statements_.Find(HoldScope(sender, referral, statement));
}

absl::Status ErasureTable::Settle(const StatementKey& key, const Settled& settled) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(key));
  const int64_t categories = settled.categories.bits();
  const int64_t since = TimeToRow(settled.since);
  const auto ending = static_cast<int64_t>(settled.ending);
  const RowDigest digest = SettledDigest(key, ending, categories, since);
  return session_.Run(
      "INSERT INTO settled (referral, ending, categories, since, digest) VALUES (?1, ?2, ?3, ?4, "
      "?5) ON CONFLICT (referral) DO UPDATE SET ending = excluded.ending, "
      "categories = excluded.categories, since = excluded.since, digest = excluded.digest",
      row, ending, categories, since, digest.blob());
}

absl::Status ErasureTable::Unsettle(const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(key));
  return session_.Run("DELETE FROM settled WHERE referral = ?1", row);
}

absl::StatusOr<bool> ErasureTable::Erase(const StatementKey& key) {
  AMANA_ASSIGN_OR_RETURN(const int64_t row, session_.ReferralRow(key));
  AMANA_ASSIGN_OR_RETURN(const bool held, IsHeld(key.sender, key.referral));
  if (held) return LegalHoldError();
  AMANA_ASSIGN_OR_RETURN(const bool erased, bodies_.Erase(row, key));
  AMANA_RETURN_IF_ERROR(session_.Run("DELETE FROM settled WHERE referral = ?1", row));
  return erased;
}

absl::Status ErasureTable::SetHold(const HoldRecord& hold,
                                   const std::vector<StatementRecord>& statements) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> any, session_.FindFirstRow(hold.referral));
  if (!any.has_value()) return NotFoundError("referral");
  const RowDigest digest = HoldDigest(hold);
  AMANA_RETURN_IF_ERROR(
      session_.Run("INSERT INTO legal_hold (id, sender, holder, held, log_index, digest) VALUES "
                   "(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id, sender, holder) DO UPDATE SET "
                   "held = excluded.held, log_index = excluded.log_index, digest = excluded.digest",
                   Blob(hold.referral.view()), hold.sender.value(), hold.holder.value(), hold.held,
                   hold.log_index, digest.blob()));
  for (const StatementRecord& each : statements) {
    AMANA_RETURN_IF_ERROR(
        statements_.KeepOnce(HoldScope(hold.sender, hold.referral, each.digest), each));
  }
  return absl::OkStatus();
}

}  // namespace amana::store::embedded
