#include "broker/audit/log_check.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/compact_range.h"
#include "proto/transparency/tile.h"

namespace amana::audit {
namespace {

using transparency::CompactRange;
using transparency::Hashes;
using transparency::kEntriesLevel;
using transparency::kTileWidth;
using transparency::TileId;
using transparency::TilePath;

Digest RootOf(const Hashes& hashes) {
  CompactRange range;
  for (const Digest& hash : hashes) range.Append(hash);
  return range.Root();
}

class Check {
 public:
  Check(const store::Snapshot& snapshot, const transparency::NoteVerifier& log, FileSystem& files,
        const std::string& folder, Findings& findings)
      : log_(snapshot.log()), key_(log), files_(files), folder_(folder), findings_(findings) {}

  absl::Status Run() {
    const absl::StatusOr<store::LogHead> head = log_.Head();
    if (absl::IsDataLoss(head.status())) {
      findings_.Add("CHECKPOINT_NOT_SIGNED", "log_head");
      return absl::OkStatus();
    }
    AMANA_RETURN_IF_ERROR(head.status());
    const auto opened = transparency::OpenCheckpoint(head->checkpoint, key_);
    if (!opened.ok() || opened->checkpoint.size() != head->size ||
        opened->checkpoint.root() != head->root) {
      findings_.Add("CHECKPOINT_NOT_SIGNED", absl::StrCat("size ", head->size));
    }
    AMANA_RETURN_IF_ERROR(ReadFilesCheckpoint(head->size));
    AMANA_ASSIGN_OR_RETURN(const bool whole, Stream(head->size));
    if (!whole) return absl::OkStatus();
    AMANA_RETURN_IF_ERROR(CheckStoredTails());
    if (range_.Root() != head->root) {
      findings_.Add("ROOT_NOT_OF_LEAVES", absl::StrCat("size ", head->size));
    }
    return absl::OkStatus();
  }

 private:
  // How far the files go; nothing of them is checked beyond.
  absl::Status ReadFilesCheckpoint(uint64_t size) {
    if (folder_.empty()) return absl::OkStatus();
    const absl::StatusOr<std::string> note = files_.Read(folder_ + "/checkpoint");
    if (absl::IsNotFound(note.status())) return absl::OkStatus();  // none were written yet
    AMANA_RETURN_IF_ERROR(note.status());
    const auto opened = transparency::OpenCheckpoint(*note, key_);
    if (!opened.ok()) {
      findings_.Add("FILE_DAMAGED", "checkpoint");
    } else if (opened->checkpoint.size() > size) {
      findings_.Add("FILES_AHEAD", absl::StrCat("size ", opened->checkpoint.size()));
    } else {
      in_files_ = opened->checkpoint;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Stream(uint64_t size) {
    while (range_.size() < size) {
      const uint64_t first = range_.size();
      const auto wanted = static_cast<size_t>(std::min<uint64_t>(kTileWidth, size - first));
      const auto leaves = log_.LeafData(first, wanted);
      if (!leaves.ok() && !absl::IsDataLoss(leaves.status())) return leaves.status();
      if (!leaves.ok() || leaves->size() < wanted) {
        findings_.Add("LEAF_MISSING", absl::StrCat("from ", first, " on"));
        return false;
      }
      entries_.clear();
      for (const std::string& leaf : *leaves) {
        entries_.push_back(leaf);
        AMANA_RETURN_IF_ERROR(Take(transparency::HashLeaf(leaf)));
        if (in_files_.has_value() && range_.size() == in_files_->size()) {
          AMANA_RETURN_IF_ERROR(CheckFilesEnd());
        }
      }
      if (entries_.size() == static_cast<size_t>(kTileWidth)) {
        AMANA_RETURN_IF_ERROR(CheckBundle(first / kTileWidth));
      }
    }
    return true;
  }

  // A leaf, and what it completes on the levels above.
  absl::Status Take(const Digest& leaf) {
    range_.Append(leaf);
    Digest hash = leaf;
    uint64_t hashes = range_.size();
    for (size_t level = 0;; ++level, hashes /= kTileWidth) {
      if (tails_.size() == level) tails_.emplace_back();
      tails_[level].push_back(hash);
      if (tails_[level].size() < static_cast<size_t>(kTileWidth)) return absl::OkStatus();
      const TileId tile{static_cast<int>(level), hashes / kTileWidth - 1, kTileWidth};
      AMANA_RETURN_IF_ERROR(CheckStored(tile, tails_[level]));
      if (InFiles(level, hashes)) {
        AMANA_RETURN_IF_ERROR(CheckFile(tile, transparency::EncodeHashTile(tails_[level])));
      }
      hash = RootOf(tails_[level]);
      tails_[level].clear();
    }
  }
  // Whether the files have so many hashes of a level.
  bool InFiles(size_t level, uint64_t hashes) const {
    return in_files_.has_value() && level < 8 && hashes <= in_files_->size() >> (8 * level);
  }

  absl::Status CheckStored(const TileId& tile, const Hashes& expected) {
    const absl::StatusOr<std::string> stored = log_.HashTile(tile.level, tile.index, tile.width);
    if (!stored.ok() && !absl::IsDataLoss(stored.status()) && !absl::IsNotFound(stored.status())) {
      return stored.status();
    }
    if (!stored.ok() || *stored != transparency::EncodeHashTile(expected)) {
      findings_.Add("TILE_DAMAGED", TilePath(tile));
    }
    return absl::OkStatus();
  }
  TileId TailOf(size_t level, uint64_t size) const {
    return {static_cast<int>(level), (size >> (8 * level)) / kTileWidth,
            static_cast<int>(tails_[level].size())};
  }
  absl::Status CheckStoredTails() {
    for (size_t level = 0; level < tails_.size(); ++level) {
      if (tails_[level].empty()) continue;
      AMANA_RETURN_IF_ERROR(CheckStored(TailOf(level, range_.size()), tails_[level]));
    }
    return absl::OkStatus();
  }

  absl::Status CheckFile(const TileId& tile, const std::string& expected) {
    const std::string path = TilePath(tile);
    const absl::StatusOr<std::string> file = files_.Read(folder_ + "/" + path);
    if (!file.ok() && !absl::IsNotFound(file.status())) return file.status();
    if (!file.ok()) {
      findings_.Add("FILE_MISSING", path);
    } else if (*file != expected) {
      findings_.Add("FILE_DAMAGED", path);
    }
    return absl::OkStatus();
  }
  absl::Status CheckBundle(uint64_t index) {
    if (!InFiles(0, (index + 1) * kTileWidth)) return absl::OkStatus();
    AMANA_ASSIGN_OR_RETURN(const std::string bundle, transparency::EncodeEntryBundle(entries_));
    return CheckFile({kEntriesLevel, index, kTileWidth}, bundle);
  }
  // Where the files end: their partial tiles, and the root that their checkpoint signs.
  absl::Status CheckFilesEnd() {
    if (range_.Root() != in_files_->root()) findings_.Add("FILE_DAMAGED", "checkpoint");
    for (size_t level = 0; level < tails_.size(); ++level) {
      if (tails_[level].empty()) continue;
      AMANA_RETURN_IF_ERROR(
          CheckFile(TailOf(level, range_.size()), transparency::EncodeHashTile(tails_[level])));
    }
    if (entries_.size() == static_cast<size_t>(kTileWidth)) return absl::OkStatus();
    AMANA_ASSIGN_OR_RETURN(const std::string bundle, transparency::EncodeEntryBundle(entries_));
    return CheckFile(
        {kEntriesLevel, (range_.size() - 1) / kTileWidth, static_cast<int>(entries_.size())},
        bundle);
  }

  const store::Log& log_;
  const transparency::NoteVerifier& key_;
  FileSystem& files_;
  const std::string& folder_;
  Findings& findings_;
  std::optional<transparency::Checkpoint> in_files_;
  CompactRange range_;
  std::vector<Hashes> tails_;         // of each level, what is not a full tile yet
  std::vector<std::string> entries_;  // of the bundle that is being read
};

}  // namespace

absl::Status CheckTree(const store::Snapshot& snapshot, const transparency::NoteVerifier& log,
                       FileSystem& files, const std::string& folder, Findings& findings) {
  return Check(snapshot, log, files, folder, findings).Run();
}

}  // namespace amana::audit
