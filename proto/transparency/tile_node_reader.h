// A NodeReader over hash tiles: finds the tile that holds or spans a node and hashes up inside it.
#ifndef AMANA_PROTO_TRANSPARENCY_TILE_NODE_READER_H_
#define AMANA_PROTO_TRANSPARENCY_TILE_NODE_READER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "proto/transparency/proof_builder.h"
#include "proto/transparency/tile.h"

namespace amana::transparency {

// Where tiles come from: a folder, a mirror, a table. Thread safety is the implementation's to
// state.
class TileReader {
 public:
  virtual ~TileReader() = default;
  // The bytes of exactly `width` hashes (an implementation may cut them from a wider tile).
  // NODE_UNAVAILABLE when absent.
  virtual absl::StatusOr<std::string> Tile(int level, uint64_t index, int width) = 0;
};

// Reads the tiles of the tree of `size` leaves and keeps up to 64 of them (512 KiB): make one for a
// run of related proofs. Does not own `tiles`. Not thread-safe.
class TileNodeReader final : public NodeReader {
 public:
  TileNodeReader(TileReader& tiles, uint64_t size) : tiles_(tiles), size_(size) {}

  // NODE_UNAVAILABLE for a node that the tree does not have; TILE_INVALID for a tile of the wrong
  // length; otherwise what the TileReader said.
  absl::StatusOr<Digest> Node(int level, uint64_t index) override;

 private:
  absl::StatusOr<const Hashes*> CachedTile(int level, uint64_t index, int width);

  TileReader& tiles_;
  const uint64_t size_;
  std::map<std::pair<int, uint64_t>, Hashes> cache_;
};

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_TILE_NODE_READER_H_
