#include "broker/store/embedded/log_table.h"

#include <utility>

#include "broker/store/embedded/event_index.h"
#include "broker/store/embedded/log_rows.h"
#include "broker/store/errors.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/tile.h"

namespace amana::store::embedded {

absl::StatusOr<LogHead> LogTable::Head() const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<HeadRow> head, ReadHeadRow(session_));
  if (!head.has_value()) return session_.Corrupt("log_head");
  return LogHead{head->frontier.size(), head->frontier.Root(), head->checkpoint};
}

absl::StatusOr<std::vector<StoredEvent>> LogTable::ReadAll(sqlite::Statement query) const {
  std::vector<StoredEvent> events;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session_.Next(query));
    if (!row) return events;
    AMANA_ASSIGN_OR_RETURN(StoredEvent event, ReadEvent(session_, query));
    events.push_back(std::move(event));
  }
}

absl::StatusOr<std::vector<StoredEvent>> LogTable::ReadEvents(uint64_t first, size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT " AMANA_EVENT_COLUMNS " FROM event e WHERE "
                                        "e.log_index >= ?1 ORDER BY e.log_index LIMIT ?2",
                                        first, limit));
  AMANA_ASSIGN_OR_RETURN(auto events, ReadAll(std::move(query)));
  for (size_t i = 0; i < events.size(); ++i) {
    if (events[i].index != first + i) return session_.Corrupt("event");  // one is missing
  }
  return events;
}

absl::StatusOr<std::vector<StoredEvent>> LogTable::EventsOf(const ReferralId& referral,
                                                            uint64_t first, size_t limit) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> first_row, session_.FindFirstRow(referral));
  if (!first_row.has_value()) return std::vector<StoredEvent>();
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT " AMANA_EVENT_COLUMNS " FROM referral r CROSS JOIN event e ON "
                     "e.log_index >= max(r.log_index, ?2) AND e.log_index < r.log_end "
                     "WHERE r.row = ?1 UNION ALL "
                     "SELECT " AMANA_EVENT_COLUMNS " FROM event e WHERE e.referral = ?1 AND "
                     "e.log_index >= ?2 ORDER BY 1 LIMIT ?3",
                     *first_row, first, limit));
  AMANA_ASSIGN_OR_RETURN(auto events, ReadAll(std::move(query)));
  for (const StoredEvent& stored : events) {
    const auto& key = stored.event.referral;
    if (!key.has_value() || key->referral != referral) return session_.Corrupt("event");
  }
  return events;
}

absl::StatusOr<std::optional<std::vector<uint16_t>>> LogTable::FindInBlock(
    uint64_t block, const TermGroups& groups) const {
  return embedded::FindInBlock(session_, block, groups);
}

absl::StatusOr<std::vector<Digest>> LogTable::LeafHashes(uint64_t first, size_t count) const {
  AMANA_ASSIGN_OR_RETURN(const auto leaves, ReadLeafData(session_, first, count));
  std::vector<Digest> hashes;
  hashes.reserve(leaves.size());
  for (const std::string& leaf : leaves) hashes.push_back(transparency::HashLeaf(leaf));
  return hashes;
}

absl::StatusOr<std::string> LogTable::HashTile(int level, uint64_t index, int width) const {
  AMANA_ASSIGN_OR_RETURN(const auto hashes, ReadTile(session_, level, index, width));
  return transparency::EncodeHashTile(hashes);
}

absl::StatusOr<std::vector<std::string>> LogTable::LeafData(uint64_t first, size_t count) const {
  return ReadLeafData(session_, first, count);
}

absl::StatusOr<uint64_t> LogTable::Append(events::Event event) {
  return sequencer_->Append(std::move(event));
}

}  // namespace amana::store::embedded
