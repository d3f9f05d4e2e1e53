#include "broker/store/embedded/log_rows.h"

#include <utility>

#include "broker/store/embedded/row.h"
#include "broker/store/errors.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/tile.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;
using transparency::Hashes;
using transparency::kTileWidth;

constexpr size_t kBitmapBytes = 3;
constexpr uint64_t kMaxTiles = uint64_t{1} << 55;  // of level 0, for row ids of 63 bits
static_assert(events::kFieldCount == 8 * kBitmapBytes);

RowDigest HeadDigest(int64_t time, std::string_view frontier, std::string_view checkpoint) {
  return RowHasher("head").Add(time).Add(frontier).Add(checkpoint).Finish();
}

RowDigest EventDigest(uint64_t index, std::string_view fields, std::string_view seed,
                      std::string_view commitment) {
  return RowHasher("event").Add(index).Add(fields).Add(seed).Add(commitment).Finish();
}

RowDigest CounterDigest(const std::string& name, uint64_t value) {
  return RowHasher("counter").Add(name).Add(value).Finish();
}

void AppendVarint(std::string& bytes, size_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
}

std::optional<size_t> TakeVarint(std::string_view& bytes) {
  size_t value = 0;
  for (int shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::string LeafDataOf(std::string_view commitment) {
  std::string leaf(1, static_cast<char>(transparency::kLeafFormat));
  leaf += commitment;
  return leaf;
}

}  // namespace

absl::StatusOr<std::optional<HeadRow>> ReadHeadRow(Session& session) {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session.Query("SELECT time, frontier, checkpoint, digest FROM log_head"));
  AMANA_ASSIGN_OR_RETURN(const bool found, session.Next(query));
  if (!found) return std::nullopt;
  const RowDigest digest = HeadDigest(query.Int(0), query.Bytes(1), query.Text(2));
  if (query.Bytes(3) != digest.view()) return session.Corrupt("log_head");
  auto frontier = transparency::CompactRange::Parse(query.Bytes(1));
  if (!frontier.ok()) return session.Corrupt("log_head");
  return HeadRow{TimeFromRow(query.Int(0)), *std::move(frontier), std::string(query.Text(2))};
}

absl::Status WriteHeadRow(Session& session, const HeadRow& head) {
  const std::string frontier = head.frontier.Serialise();
  const int64_t time = TimeToRow(head.time);
  const RowDigest digest = HeadDigest(time, frontier, head.checkpoint);
  return session.Run(
      "INSERT INTO log_head (one, time, frontier, checkpoint, digest) VALUES (1, ?1, ?2, ?3, ?4) "
      "ON CONFLICT (one) DO UPDATE SET time = excluded.time, frontier = excluded.frontier, "
      "checkpoint = excluded.checkpoint, digest = excluded.digest",
      time, Blob(frontier), head.checkpoint, digest.blob());
}

std::string FieldsToRow(const events::FieldValues& fields) {
  std::string bytes(kBitmapBytes, '\0');
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].empty()) continue;
    bytes[i / 8] = static_cast<char>(bytes[i / 8] | 1 << i % 8);
    AppendVarint(bytes, fields[i].size());
    bytes += fields[i];
  }
  return bytes;
}

std::optional<events::FieldValues> FieldsFromRow(std::string_view bytes) {
  if (bytes.size() < kBitmapBytes) return std::nullopt;
  const std::string_view bitmap = bytes.substr(0, kBitmapBytes);
  bytes.remove_prefix(kBitmapBytes);
  events::FieldValues fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    if ((bitmap[i / 8] >> i % 8 & 1) == 0) continue;
    const std::optional<size_t> size = TakeVarint(bytes);
    if (!size.has_value() || *size > bytes.size()) return std::nullopt;
    fields[i] = std::string(bytes.substr(0, *size));
    bytes.remove_prefix(*size);
  }
  if (!bytes.empty()) return std::nullopt;
  return fields;
}

absl::Status InsertEvent(Session& session, uint64_t index, std::optional<int64_t> referral,
                         const events::CommittedEvent& event, const events::EventSeed& seed) {
  const std::string fields = FieldsToRow(event.fields);
  const std::string_view commitment = std::string_view(event.leaf_data).substr(1);
  const RowDigest digest = EventDigest(index, fields, seed.view(), commitment);
  return session.Run(
      "INSERT INTO event (log_index, referral, fields, seed, commitment, digest) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      index, referral, Blob(fields), Blob(seed.view()), Blob(commitment), digest.blob());
}

absl::StatusOr<StoredEvent> ReadEvent(Session& session, const sqlite::Statement& statement) {
  RowReader row(statement);
  StoredEvent stored;
  stored.index = row.Int<uint64_t>();
  const std::string_view bytes = row.Bytes();
  const std::optional<events::FieldValues> fields = FieldsFromRow(bytes);
  stored.seed = row.Fixed<events::EventSeed>();
  const std::string_view commitment = row.Bytes();
  const RowDigest digest = EventDigest(stored.index, bytes, stored.seed.view(), commitment);
  if (!row.ok() || !fields.has_value() || !row.Matches(digest)) return session.Corrupt("event");
  auto event = events::DecodeFields(*fields);
  if (!event.ok()) return session.Corrupt("event");
  stored.event = *std::move(event);
  stored.leaf_hash = transparency::HashLeaf(LeafDataOf(commitment));
  return stored;
}

absl::StatusOr<std::vector<std::string>> ReadLeafData(Session& session, uint64_t first,
                                                      size_t count) {
  std::vector<std::string> leaves;
  AMANA_ASSIGN_OR_RETURN(
      auto query, session.Query("SELECT log_index, commitment FROM event WHERE log_index >= ?1 "
                                "ORDER BY log_index LIMIT ?2",
                                first, count));
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool row, session.Next(query));
    if (!row) return leaves;
    const bool expected = static_cast<uint64_t>(query.Int(0)) == first + leaves.size();
    if (!expected || query.Bytes(1).size() != Digest::kSize) return session.Corrupt("event");
    leaves.push_back(LeafDataOf(query.Bytes(1)));
  }
}

absl::StatusOr<Hashes> ReadTile(Session& session, int level, uint64_t index, int width) {
  const bool possible = level >= 0 && level < 8 && index < kMaxTiles;
  if (!possible || width < 1 || width > kTileWidth) return NotFoundError("tile");
  AMANA_ASSIGN_OR_RETURN(
      auto full,
      session.Query("SELECT hashes FROM tile WHERE level = ?1 AND tile_index = ?2", level, index));
  AMANA_ASSIGN_OR_RETURN(const bool found, session.Next(full));
  Hashes hashes;
  if (found) {
    auto decoded = transparency::DecodeHashTile(full.Bytes(0), kTileWidth);
    if (!decoded.ok()) return session.Corrupt("tile");
    hashes = *std::move(decoded);
  } else if (level == 0) {
    AMANA_ASSIGN_OR_RETURN(auto leaves, ReadLeafData(session, index * kTileWidth, width));
    for (const std::string& leaf : leaves) hashes.push_back(transparency::HashLeaf(leaf));
  } else {
    AMANA_ASSIGN_OR_RETURN(
        auto below, session.Query("SELECT root FROM tile WHERE level = ?1 AND tile_index >= ?2 "
                                  "ORDER BY tile_index LIMIT ?3",
                                  level - 1, index * kTileWidth, width));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool row, session.Next(below));
      if (!row) break;
      const auto root = Digest::FromBytes(below.Bytes(0));
      if (!root.ok()) return session.Corrupt("tile");
      hashes.push_back(*root);
    }
  }
  if (hashes.size() < static_cast<size_t>(width)) return NotFoundError("tile");
  hashes.resize(static_cast<size_t>(width));
  return hashes;
}

absl::Status InsertTile(Session& session, int level, uint64_t index, const Digest& root,
                        const Hashes& hashes) {
  const std::string bytes = transparency::EncodeHashTile(hashes);
  return session.Run("INSERT INTO tile (level, tile_index, root, hashes) VALUES (?1, ?2, ?3, ?4)",
                     level, index, Blob(root.view()), Blob(bytes));
}

absl::StatusOr<uint64_t> ReadCounter(Session& session, const std::string& name) {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session.Query("SELECT value, digest FROM counter WHERE name = ?1", name));
  AMANA_ASSIGN_OR_RETURN(const bool found, session.Next(query));
  if (!found) return 0;
  const uint64_t value = static_cast<uint64_t>(query.Int(0));
  if (query.Bytes(1) != CounterDigest(name, value).view()) return session.Corrupt("counter");
  return value;
}

absl::Status WriteCounter(Session& session, const std::string& name, uint64_t value) {
  const RowDigest digest = CounterDigest(name, value);
  return session.Run(
      "INSERT INTO counter (name, value, digest) VALUES (?1, ?2, ?3) "
      "ON CONFLICT (name) DO UPDATE SET value = excluded.value, digest = excluded.digest",
      name, value, digest.blob());
}

}  // namespace amana::store::embedded
