#include "agency-adapters/sdk/log_replay.h"

#include <utility>
#include <vector>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/log_folder.h"
#include "base/status.h"
#include "proto/transparency/compact_range.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/tile.h"

namespace amana::sdk {
namespace {

using transparency::kTileWidth;
using transparency::TileId;

// Collects the hashes of one level and compares each tile as it fills; full tiles give one hash to
// the level above.
class TileChecker {
 public:
  TileChecker(FileSystem& files, const std::string& folder) : files_(files), folder_(folder) {}

  absl::Status Add(const Digest& hash, size_t level = 0) {
    if (levels_.size() <= level) levels_.resize(level + 1);
    levels_[level].hashes.push_back(hash);
    if (levels_[level].hashes.size() < kTileWidth) return absl::OkStatus();
    AMANA_RETURN_IF_ERROR(Compare(level, kTileWidth));
    // The root of 256 nodes that are themselves roots of complete subtrees.
    transparency::Hashes row = std::exchange(levels_[level].hashes, {});
    while (row.size() > 1) {
      for (size_t i = 0; i < row.size() / 2; ++i) {
        row[i] = transparency::HashNode(row[2 * i], row[2 * i + 1]);
      }
      row.resize(row.size() / 2);
    }
    ++levels_[level].index;
    return Add(row[0], level + 1);
  }

  // The partial tiles at the right edge.
  absl::Status Finish() {
    for (size_t level = 0; level < levels_.size(); ++level) {
      if (levels_[level].hashes.empty()) continue;
      AMANA_RETURN_IF_ERROR(Compare(level, static_cast<int>(levels_[level].hashes.size())));
    }
    return absl::OkStatus();
  }

  size_t tiles() const { return tiles_; }

 private:
  struct Level {
    transparency::Hashes hashes;
    uint64_t index = 0;
  };

  absl::Status Compare(size_t level, int width) {
    const TileId tile{static_cast<int>(level), levels_[level].index, width};
    AMANA_ASSIGN_OR_RETURN(const std::string bytes, ReadHashTile(files_, folder_, tile));
    if (bytes != transparency::EncodeHashTile(levels_[level].hashes)) {
      return LogTampered(transparency::TilePath(tile));
    }
    ++tiles_;
    return absl::OkStatus();
  }

  FileSystem& files_;
  const std::string& folder_;
  std::vector<Level> levels_;
  size_t tiles_ = 0;
};

}  // namespace

absl::StatusOr<Replayed> ReplayLog(FileSystem& files, const std::string& folder, uint64_t size,
                                   const ReplayWanted& wanted) {
  Replayed result;
  transparency::CompactRange tree;
  TileChecker tiles(files, folder);
  const auto note_root = [&] {
    if (wanted.sizes.contains(tree.size())) result.roots.emplace(tree.size(), tree.Root());
  };
  note_root();
  while (tree.size() < size) {
    const uint64_t index = tree.size() / kTileWidth;
    const int width = transparency::TileWidthAt(transparency::kEntriesLevel, index, size);
    AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                           ReadBundle(files, folder, index, width));
    for (const std::string& entry : entries) {
      if (wanted.on_entry) AMANA_RETURN_IF_ERROR(wanted.on_entry(tree.size(), entry));
      const Digest leaf = transparency::HashLeaf(entry);
      if (wanted.entries.contains(tree.size())) result.leaves.emplace(tree.size(), leaf);
      tree.Append(leaf);
      if (result.tiled.ok()) result.tiled = tiles.Add(leaf);
      note_root();
    }
  }
  result.root = tree.Root();
  if (result.tiled.ok()) result.tiled = tiles.Finish();
  result.tiles = tiles.tiles();
  return result;
}

}  // namespace amana::sdk
