#include "broker/audit/proofs.h"

#include "base/status.h"
#include "proto/transparency/proof_builder.h"
#include "proto/transparency/tile.h"
#include "proto/transparency/tile_node_reader.h"
#include "proto/transparency/tlog_proof.h"

namespace amana::audit {
namespace {

class SnapshotTiles final : public transparency::TileReader {
 public:
  explicit SnapshotTiles(const store::Log& log) : log_(log) {}
  absl::StatusOr<std::string> Tile(int level, uint64_t index, int width) override {
    return log_.HashTile(level, index, width);
  }

 private:
  const store::Log& log_;
};

}  // namespace

absl::StatusOr<std::string> TlogProofFor(const store::Snapshot& snapshot, uint64_t index) {
  AMANA_ASSIGN_OR_RETURN(store::LogHead head, snapshot.log().Head());
  return TlogProofAt(snapshot, index, head.size, std::move(head.checkpoint));
}

absl::StatusOr<std::string> TlogProofAt(const store::Snapshot& snapshot, uint64_t index,
                                        uint64_t size, std::string note) {
  transparency::TlogProof proof;
  proof.index = index;
  AMANA_ASSIGN_OR_RETURN(proof.path, Prover(snapshot, size).Inclusion(index));
  proof.checkpoint = std::move(note);
  return transparency::FormatTlogProof(proof);
}

struct Prover::Impl {
  Impl(const store::Snapshot& snapshot, uint64_t log_size)
      : tiles(snapshot.log()), nodes(tiles, log_size), size(log_size) {}
  SnapshotTiles tiles;
  transparency::TileNodeReader nodes;
  const uint64_t size;
};

Prover::Prover(const store::Snapshot& snapshot, uint64_t size)
    : impl_(std::make_unique<Impl>(snapshot, size)) {}
Prover::~Prover() = default;

absl::StatusOr<std::vector<Digest>> Prover::Inclusion(uint64_t index) {
  return transparency::BuildInclusionProof(impl_->nodes, index, impl_->size);
}

absl::StatusOr<std::vector<Digest>> ConsistencyProofFor(const store::Snapshot& snapshot,
                                                        uint64_t from_size) {
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot.log().Head());
  return ConsistencyProofBetween(snapshot, from_size, head.size);
}

absl::StatusOr<std::vector<Digest>> ConsistencyProofBetween(const store::Snapshot& snapshot,
                                                            uint64_t from_size, uint64_t to_size) {
  SnapshotTiles tiles(snapshot.log());
  transparency::TileNodeReader nodes(tiles, to_size);
  return transparency::BuildConsistencyProof(nodes, from_size, to_size);
}

absl::StatusOr<Digest> RootAt(const store::Snapshot& snapshot, uint64_t size) {
  SnapshotTiles tiles(snapshot.log());
  transparency::TileNodeReader nodes(tiles, size);
  AMANA_ASSIGN_OR_RETURN(const transparency::CompactRange range,
                         transparency::ReadFrontier(nodes, size));
  return range.Root();
}

absl::StatusOr<std::string> ReadResource(const store::Snapshot& snapshot, std::string_view path) {
  if (path == "checkpoint") {
    AMANA_ASSIGN_OR_RETURN(store::LogHead head, snapshot.log().Head());
    return std::move(head.checkpoint);
  }
  AMANA_ASSIGN_OR_RETURN(const transparency::TileId tile, transparency::ParseTilePath(path));
  if (tile.level != transparency::kEntriesLevel) {
    return snapshot.log().HashTile(tile.level, tile.index, tile.width);
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                         snapshot.log().LeafData(tile.index * transparency::kTileWidth,
                                                 static_cast<size_t>(tile.width)));
  if (entries.size() != static_cast<size_t>(tile.width)) {
    return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "path",
                     "path: the log has no such tile");
  }
  return transparency::EncodeEntryBundle(entries);
}

}  // namespace amana::audit
