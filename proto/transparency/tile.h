// C2SP tlog-tiles (https://c2sp.org/tlog-tiles): which tiles a tree has, their paths, and the bytes
// of hash tiles and entry bundles. Pure.
//
// Hash tile n of level l holds the roots of the complete subtrees of 256^l leaves number 256n to
// 256n + 255; an entry bundle holds the leaf data of the same leaves as hash tile n of level 0. The
// rightmost tile of a level may be partial: 1 to 255 wide.
#ifndef AMANA_PROTO_TRANSPARENCY_TILE_H_
#define AMANA_PROTO_TRANSPARENCY_TILE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "proto/transparency/merkle.h"

namespace amana::transparency {

inline constexpr int kTileHeight = 8;   // levels of the tree in one tile
inline constexpr int kTileWidth = 256;  // hashes in a full tile
inline constexpr int kMaxTileLevel = 63;
inline constexpr int kEntriesLevel = -1;  // a TileId of this level names an entry bundle
inline constexpr size_t kMaxEntryBytes = 65535;

struct TileId {
  int level = 0;  // 0..63, or kEntriesLevel
  uint64_t index = 0;
  int width = kTileWidth;  // 1..256
  friend auto operator<=>(const TileId&, const TileId&) = default;
};

// "tile/<L>/<N>[.p/<W>]" or "tile/entries/<N>[.p/<W>]", without a leading slash.
std::string TilePath(const TileId& tile);
// The inverse; TILE_PATH_MALFORMED for anything TilePath would not write.
absl::StatusOr<TileId> ParseTilePath(std::string_view path);

// How wide tile `index` of `level` is in a tree of `size` leaves: 0 (there is none) to 256.
int TileWidthAt(int level, uint64_t index, uint64_t size);

// The tiles a tree of `new_size` leaves has that the tree of `old_size` has not, or has narrower:
// hash tiles level by level, left to right. Empty when the sizes are equal or swapped.
std::vector<TileId> ChangedHashTiles(uint64_t old_size, uint64_t new_size);
// Likewise for entry bundles.
std::vector<TileId> ChangedEntryBundles(uint64_t old_size, uint64_t new_size);

// The concatenated hashes.
std::string EncodeHashTile(std::span<const Digest> hashes);
// TILE_INVALID unless `bytes` is `width` hashes.
absl::StatusOr<Hashes> DecodeHashTile(std::string_view bytes, int width);

// Each entry after its length as two bytes, big-endian. ENTRY_TOO_LARGE over kMaxEntryBytes.
absl::StatusOr<std::string> EncodeEntryBundle(std::span<const std::string> entries);
// TILE_INVALID unless `bytes` is exactly `width` entries.
absl::StatusOr<std::vector<std::string>> DecodeEntryBundle(std::string_view bytes, int width);

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_TILE_H_
