#include "proto/transparency/tile_node_reader.h"

#include "proto/transparency/errors.h"

namespace amana::transparency {
namespace {

constexpr size_t kMaxCachedTiles = 64;

Digest SubtreeRoot(std::span<const Digest> hashes) {
  if (hashes.size() == 1) return hashes.front();
  const size_t half = hashes.size() / 2;  // a power of two: the subtree is complete
  return HashNode(SubtreeRoot(hashes.first(half)), SubtreeRoot(hashes.subspan(half)));
}

}  // namespace

absl::StatusOr<const Hashes*> TileNodeReader::CachedTile(int level, uint64_t index, int width) {
  const std::pair key(level, index);
  if (const auto found = cache_.find(key); found != cache_.end()) return &found->second;
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, tiles_.Tile(level, index, width));
  AMANA_ASSIGN_OR_RETURN(Hashes hashes, DecodeHashTile(bytes, width));
  if (cache_.size() >= kMaxCachedTiles) cache_.clear();
  return &cache_.emplace(key, std::move(hashes)).first->second;
}

absl::StatusOr<Digest> TileNodeReader::Node(int level, uint64_t index) {
  if (level < 0 || level > 63 || index >= (size_ >> level)) return NodeUnavailable(level, index);
  const int tile_level = level / kTileHeight;
  const int height = level % kTileHeight;  // of the node above the tile's hashes
  const uint64_t first = index << height;  // cannot overflow: (index << level) < size_
  const uint64_t tile = first / kTileWidth;
  const int width = TileWidthAt(tile_level, tile, size_);
  AMANA_ASSIGN_OR_RETURN(const Hashes* hashes, CachedTile(tile_level, tile, width));
  return SubtreeRoot(std::span(*hashes).subspan(first % kTileWidth, size_t{1} << height));
}

}  // namespace amana::transparency
