#include "agency-adapters/sdk/log_replay.h"

#include <algorithm>
#include <future>
#include <thread>
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

using transparency::CompactRange;
using transparency::Hashes;
using transparency::kTileWidth;
using transparency::TileId;

constexpr uint64_t kWindow = 64;  // bundles that are read and hashed at a time, by all threads

// The root of 256 nodes that are themselves roots of complete subtrees.
Digest RootOfFull(Hashes row) {
  while (row.size() > 1) {
    for (size_t i = 0; i < row.size() / 2; ++i) {
      row[i] = transparency::HashNode(row[2 * i], row[2 * i + 1]);
    }
    row.resize(row.size() / 2);
  }
  return row[0];
}

// Whether the stored tile has these hashes.
absl::Status CompareTile(FileSystem& files, const std::string& folder, const TileId& tile,
                         const Hashes& hashes) {
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, ReadHashTile(files, folder, tile));
  if (bytes == transparency::EncodeHashTile(hashes)) return absl::OkStatus();
  return LogTampered(transparency::TilePath(tile));
}

// Collects the hashes of the levels above the leaves and compares each tile as it fills; full tiles
// give one hash to the level above.
class TileChecker {
 public:
  TileChecker(FileSystem& files, const std::string& folder) : files_(files), folder_(folder) {}

  absl::Status Add(const Digest& hash, size_t level) {
    if (levels_.size() <= level) levels_.resize(level + 1);
    levels_[level].hashes.push_back(hash);
    if (levels_[level].hashes.size() < kTileWidth) return absl::OkStatus();
    AMANA_RETURN_IF_ERROR(Compare(level));
    Hashes row = std::exchange(levels_[level].hashes, {});
    ++levels_[level].index;
    return Add(RootOfFull(std::move(row)), level + 1);
  }

  // The partial tiles at the right edge.
  absl::Status Finish() {
    for (size_t level = 0; level < levels_.size(); ++level) {
      if (!levels_[level].hashes.empty()) AMANA_RETURN_IF_ERROR(Compare(level));
    }
    return absl::OkStatus();
  }

  size_t tiles() const { return tiles_; }

 private:
  struct Level {
    Hashes hashes;
    uint64_t index = 0;
  };

  absl::Status Compare(size_t level) {
    ++tiles_;
    const Hashes& hashes = levels_[level].hashes;
    return CompareTile(
        files_, folder_,
        {static_cast<int>(level), levels_[level].index, static_cast<int>(hashes.size())}, hashes);
  }

  FileSystem& files_;
  const std::string& folder_;
  std::vector<Level> levels_;
  size_t tiles_ = 0;
};

// One bundle, with what follows from it alone.
struct Bundle {
  absl::Status read;
  std::vector<std::string> entries;
  Hashes leaves;
  absl::Status tiled;  // its tile of level 0
  Digest root;         // of a full one
};

Bundle ReadOne(FileSystem& files, const std::string& folder, uint64_t index, int width) {
  Bundle bundle;
  auto entries = ReadBundle(files, folder, index, width);
  bundle.read = entries.status();
  if (!entries.ok()) return bundle;
  bundle.entries = *std::move(entries);
  bundle.leaves.reserve(bundle.entries.size());
  for (const std::string& entry : bundle.entries) {
    bundle.leaves.push_back(transparency::HashLeaf(entry));
  }
  bundle.tiled = CompareTile(files, folder, {0, index, width}, bundle.leaves);
  if (width == kTileWidth) bundle.root = RootOfFull(bundle.leaves);
  return bundle;
}

using Window = std::vector<Bundle>;

Window ReadWindow(FileSystem& files, const std::string& folder, uint64_t first, uint64_t size) {
  const uint64_t all = (size + kTileWidth - 1) / kTileWidth;
  Window window(std::min(kWindow, all - std::min(all, first)));
  const size_t threads = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 16);
  const auto share = [&](size_t thread) {
    for (size_t i = thread; i < window.size(); i += threads) {
      const uint64_t index = first + i;
      const int width = transparency::TileWidthAt(transparency::kEntriesLevel, index, size);
      window[i] = ReadOne(files, folder, index, width);
    }
  };
  std::vector<std::future<void>> others;
  for (size_t thread = 1; thread < threads; ++thread) {
    others.push_back(std::async(std::launch::async, share, thread));
  }
  share(0);
  for (std::future<void>& other : others) other.get();
  return window;
}

// The tree as its bundles are added.
class Replayer {
 public:
  Replayer(FileSystem& files, const std::string& folder, const ReplayWanted& wanted)
      : wanted_(wanted), tiles_(files, folder) {}

  absl::Status Add(const Bundle& bundle) {
    AMANA_RETURN_IF_ERROR(bundle.read);
    const uint64_t first = bundles_.size() * kTileWidth;
    for (size_t i = 0; wanted_.on_entry && i < bundle.entries.size(); ++i) {
      AMANA_RETURN_IF_ERROR(wanted_.on_entry(first + i, bundle.entries[i]));
    }
    const uint64_t end = first + bundle.leaves.size();
    for (auto at = wanted_.entries.lower_bound(first); at != wanted_.entries.end() && *at < end;
         ++at) {
      result_.leaves.emplace(*at, bundle.leaves[*at - first]);
    }
    for (auto at = wanted_.sizes.lower_bound(first); at != wanted_.sizes.end() && *at <= end;
         ++at) {
      AMANA_ASSIGN_OR_RETURN(const Digest root, RootWith(bundle.leaves, *at - first));
      result_.roots.emplace(*at, root);
    }
    if (result_.tiled.ok()) result_.tiled = bundle.tiled;
    ++bundle_tiles_;
    if (bundle.leaves.size() < static_cast<size_t>(kTileWidth)) {
      last_ = bundle.leaves;
      return absl::OkStatus();
    }
    bundles_.Append(bundle.root);
    if (result_.tiled.ok()) result_.tiled = tiles_.Add(bundle.root, 1);
    return absl::OkStatus();
  }

  absl::StatusOr<Replayed> Done() && {
    AMANA_ASSIGN_OR_RETURN(result_.root, RootWith(last_, last_.size()));
    if (wanted_.sizes.contains(0)) result_.roots.emplace(0, transparency::EmptyRoot());
    if (result_.tiled.ok()) result_.tiled = tiles_.Finish();
    result_.tiles = bundle_tiles_ + tiles_.tiles();
    return std::move(result_);
  }

 private:
  // Of the bundles so far and so many leaves more. A tree of full bundles has, above them, the
  // nodes of the tree over their roots.
  absl::StatusOr<Digest> RootWith(const Hashes& leaves, size_t count) const {
    AMANA_ASSIGN_OR_RETURN(CompactRange tree, CompactRange::Create(bundles_.size() * kTileWidth,
                                                                   Hashes(bundles_.nodes().begin(),
                                                                          bundles_.nodes().end())));
    for (size_t i = 0; i < count; ++i) tree.Append(leaves[i]);
    return tree.Root();
  }

  const ReplayWanted& wanted_;
  TileChecker tiles_;
  CompactRange bundles_;  // of the roots of full ones
  Hashes last_;           // the leaves of one that is not
  size_t bundle_tiles_ = 0;
  Replayed result_;
};

}  // namespace

absl::StatusOr<Replayed> ReplayLog(FileSystem& files, const std::string& folder, uint64_t size,
                                   const ReplayWanted& wanted) {
  Replayer replayer(files, folder, wanted);
  Window window = ReadWindow(files, folder, 0, size);
  for (uint64_t next = kWindow; !window.empty(); next += kWindow) {
    // The next one is read while this one is added up; its thread ends before this function does.
    std::future<Window> following =
        std::async(std::launch::async, [&, next] { return ReadWindow(files, folder, next, size); });
    for (const Bundle& bundle : window) AMANA_RETURN_IF_ERROR(replayer.Add(bundle));
    window = following.get();
  }
  return std::move(replayer).Done();
}

}  // namespace amana::sdk
