#include "broker/store/embedded/event_index.h"

#include <algorithm>
#include <bitset>
#include <utility>

#include "base/status.h"
#include "broker/store/embedded/log_rows.h"
#include "broker/store/embedded/row.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;
using Places = std::bitset<kEventBlock>;

// No term: says that the block is indexed.
constexpr events::Term kWhole = 0;

RowDigest PlacesDigest(uint64_t block, events::Term term, std::string_view places) {
  return RowHasher("event_index").Add(block).Add(term).Add(places).Finish();
}

void AddPlace(std::string& places, uint64_t index) {
  const uint64_t place = index % kEventBlock;
  places.push_back(static_cast<char>(place >> 8));
  places.push_back(static_cast<char>(place & 0xff));
}

std::optional<Places> PlacesOf(std::string_view bytes) {
  if (bytes.size() % 2 != 0) return std::nullopt;
  Places places;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    const size_t place = static_cast<size_t>(static_cast<uint8_t>(bytes[i])) << 8 |
                         static_cast<uint8_t>(bytes[i + 1]);
    if (place >= kEventBlock) return std::nullopt;
    places.set(place);
  }
  return places;
}

absl::StatusOr<std::vector<StoredEvent>> EventsFrom(Session& session, uint64_t first,
                                                    uint64_t count) {
  std::vector<StoredEvent> events;
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session.Query("SELECT " AMANA_EVENT_COLUMNS " FROM event e WHERE "
                                       "e.log_index >= ?1 ORDER BY e.log_index LIMIT ?2",
                                       first, count));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session.Next(query));
    if (!row) return events;
    AMANA_ASSIGN_OR_RETURN(StoredEvent event, ReadEvent(session, query));
    events.push_back(std::move(event));
  }
}

// The places of one term; none: no event of the block has it.
absl::StatusOr<std::optional<Places>> Find(Session& session, uint64_t block, events::Term term) {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session.Query("SELECT places, digest FROM event_index WHERE block = ?1 AND "
                                "term = ?2",
                                block, term));
  AMANA_ASSIGN_OR_RETURN(const bool found, session.Next(query));
  if (!found) return std::nullopt;
  const std::optional<Places> places = PlacesOf(query.Bytes(0));
  const RowDigest digest = PlacesDigest(block, term, query.Bytes(0));
  if (!places.has_value() || query.Bytes(1) != digest.view()) return session.Corrupt("event_index");
  return places;
}

}  // namespace

void EventIndexer::Take(const StoredEvent& stored) {
  for (const events::Term term : events::TermsOf(stored.event)) {
    AddPlace(places_[term], stored.index);
  }
  next_ = stored.index + 1;
}

absl::Status EventIndexer::Begin(uint64_t index) {
  places_.clear();
  next_ = index - index % kEventBlock;
  if (*next_ == index) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const auto before, EventsFrom(session_, *next_, index - *next_));
  for (const StoredEvent& stored : before) {
    if (stored.index != *next_) return session_.Corrupt("event");
    Take(stored);
  }
  return absl::OkStatus();
}

absl::Status EventIndexer::Add(const StoredEvent& stored) {
  if (next_ != stored.index) AMANA_RETURN_IF_ERROR(Begin(stored.index));
  Take(stored);
  if (*next_ % kEventBlock != 0) return absl::OkStatus();
  AMANA_RETURN_IF_ERROR(WriteBlock(stored.index / kEventBlock));
  places_.clear();
  return absl::OkStatus();
}

absl::Status EventIndexer::WriteBlock(uint64_t block) {
  places_[kWhole];
  const std::map<events::Term, std::string> ordered(places_.begin(), places_.end());
  for (const auto& [term, places] : ordered) {
    const RowDigest digest = PlacesDigest(block, term, places);
    AMANA_RETURN_IF_ERROR(
        session_.Run("INSERT OR REPLACE INTO event_index (block, term, places, digest) "
                     "VALUES (?1, ?2, ?3, ?4)",
                     block, term, Blob(places), digest.blob()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::vector<uint16_t>>> FindInBlock(Session& session, uint64_t block,
                                                                 const TermGroups& groups) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<Places> whole, Find(session, block, kWhole));
  if (!whole.has_value()) return std::nullopt;
  Places all = Places().set();
  for (const std::vector<events::Term>& group : groups) {
    Places any;
    for (const events::Term term : group) {
      AMANA_ASSIGN_OR_RETURN(const std::optional<Places> places, Find(session, block, term));
      if (places.has_value()) any |= *places;
    }
    all &= any;
    if (all.none()) break;
  }
  std::vector<uint16_t> found;
  for (size_t place = 0; all.any() && place < kEventBlock; ++place) {
    if (all[place]) found.push_back(static_cast<uint16_t>(place));
  }
  return found;
}

absl::Status CheckEventIndex(Session& session, const std::function<void(uint64_t block)>& damaged) {
  std::vector<uint64_t> blocks;
  AMANA_ASSIGN_OR_RETURN(auto query, session.Query("SELECT DISTINCT block FROM event_index"));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session.Next(query));
    if (!row) break;
    blocks.push_back(static_cast<uint64_t>(query.Int(0)));
  }
  for (const uint64_t block : blocks) {
    std::map<events::Term, std::string> expected = {{kWhole, ""}};
    const auto events = EventsFrom(session, block * kEventBlock, kEventBlock);
    if (absl::IsDataLoss(events.status())) continue;  // told by who checks events
    AMANA_RETURN_IF_ERROR(events.status());
    for (const StoredEvent& stored : *events) {
      for (const events::Term term : events::TermsOf(stored.event)) {
        AddPlace(expected[term], stored.index);
      }
    }
    AMANA_ASSIGN_OR_RETURN(
        auto rows,
        session.Query("SELECT term, places, digest FROM event_index WHERE block = ?1", block));
    bool good = true;
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool row, session.Next(rows));
      if (!row) break;
      const auto known = expected.find(rows.Int(0));
      good &= known != expected.end() && known->second == rows.Bytes(1) &&
              rows.Bytes(2) == PlacesDigest(block, rows.Int(0), rows.Bytes(1)).view();
      if (known != expected.end()) expected.erase(known);
    }
    if (!good || !expected.empty()) damaged(block);
  }
  return absl::OkStatus();
}

}  // namespace amana::store::embedded
