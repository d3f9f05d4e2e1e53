// The log's rows: events, hash tiles, counters, and the one row that says how far the log is
// signed. Free functions over a session, used by its thread.
#ifndef AMANA_BROKER_STORE_EMBEDDED_LOG_ROWS_H_
#define AMANA_BROKER_STORE_EMBEDDED_LOG_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "broker/events/commit.h"
#include "broker/store/embedded/session.h"
#include "broker/store/store.h"
#include "proto/transparency/compact_range.h"

namespace amana::store::embedded {

struct HeadRow {
  absl::Time time;  // of the last event
  transparency::CompactRange frontier;
  std::string checkpoint;
};
// nullopt when the log is not opened yet.
absl::StatusOr<std::optional<HeadRow>> ReadHeadRow(Session& session);
absl::Status WriteHeadRow(Session& session, const HeadRow& head);

// 24 fields in few bytes: a bit for each that is not empty, then length and bytes of those.
std::string FieldsToRow(const events::FieldValues& fields);
std::optional<events::FieldValues> FieldsFromRow(std::string_view bytes);

absl::Status InsertEvent(Session& session, uint64_t index, std::optional<int64_t> referral,
                         const events::CommittedEvent& event, const events::EventSeed& seed);
// From the columns log_index, fields, seed, commitment, digest.
#define AMANA_EVENT_COLUMNS "e.log_index, e.fields, e.seed, e.commitment, e.digest"
absl::StatusOr<StoredEvent> ReadEvent(Session& session, const sqlite::Statement& row);

// Leaf data of events [first, first + count) as far as there are any. Does not check the rows'
// digests: what is wrong here fails against the signed root.
absl::StatusOr<std::vector<std::string>> ReadLeafData(Session& session, uint64_t first,
                                                      size_t count);

// The first `width` hashes of a tile, from its row when it is full, else from what is below it;
// NOT_FOUND when there are fewer.
absl::StatusOr<transparency::Hashes> ReadTile(Session& session, int level, uint64_t index,
                                              int width);
absl::Status InsertTile(Session& session, int level, uint64_t index, const Digest& root,
                        const transparency::Hashes& hashes);

// 0 when nothing was counted under the name.
absl::StatusOr<uint64_t> ReadCounter(Session& session, const std::string& name);
absl::Status WriteCounter(Session& session, const std::string& name, uint64_t value);

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_LOG_ROWS_H_
