#include "agency-adapters/auditor/mirror_watch.h"

#include <utility>

#include "agency-adapters/auditor/folder_tiles.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/log_folder.h"
#include "base/status.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/tile.h"

namespace amana::auditor {
namespace {

using transparency::kTileWidth;

}  // namespace

absl::StatusOr<absl::Status> MirrorWatch::LookAtTree(const transparency::Checkpoint& newest) {
  if (newest.size() < tree_.size()) return sdk::LogForked(tree_.size(), newest.size());
  while (tree_.size() < newest.size()) {
    const uint64_t bundle = tree_.size() / kTileWidth;
    const int width = transparency::TileWidthAt(transparency::kEntriesLevel, bundle, newest.size());
    AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                           sdk::ReadBundle(mirror_.files, mirror_.folder, bundle, width));
    for (size_t at = tree_.size() % kTileWidth; at < entries.size(); ++at) {
      tree_.Append(transparency::HashLeaf(entries[at]));
    }
  }
  return tree_.Root() == newest.root() ? absl::OkStatus() : sdk::LogTampered("root");
}

absl::StatusOr<absl::Status> MirrorWatch::LookAtOther(const std::string& note, uint64_t size) {
  const auto opened = transparency::OpenCheckpoint(note, mirror_.log);
  if (!opened.ok()) return opened.status();
  const transparency::Checkpoint& other = opened->checkpoint;
  if (other.size() > size) return absl::OkStatus();  // the mirror is not there yet
  AMANA_ASSIGN_OR_RETURN(const Digest root,
                         RootIn(mirror_.files, mirror_.folder, size, other.size()));
  return root == other.root() ? absl::OkStatus() : sdk::LogForked(other.size(), size);
}

absl::StatusOr<std::vector<absl::Status>> MirrorWatch::Look(
    const std::vector<std::string>& others) {
  AMANA_ASSIGN_OR_RETURN(const std::string note,
                         sdk::ReadLogFile(mirror_.files, mirror_.folder, "checkpoint"));
  AMANA_ASSIGN_OR_RETURN(const auto newest, transparency::OpenCheckpoint(note, mirror_.log));
  std::vector<absl::Status> found;
  AMANA_ASSIGN_OR_RETURN(found.emplace_back(), LookAtTree(newest.checkpoint));
  for (const std::string& other : others) {
    AMANA_ASSIGN_OR_RETURN(found.emplace_back(), LookAtOther(other, newest.checkpoint.size()));
  }
  AMANA_ASSIGN_OR_RETURN(std::vector<absl::Status> broken,
                         events_.TakeNew(newest.checkpoint.size()));
  found.insert(found.end(), broken.begin(), broken.end());
  // Each is told once: what stays wrong is no news.
  std::erase_if(found, [this](const absl::Status& finding) {
    return finding.ok() ||
           !told_.insert(ErrorReason(finding) + std::string(finding.message())).second;
  });
  return found;
}

}  // namespace amana::auditor
