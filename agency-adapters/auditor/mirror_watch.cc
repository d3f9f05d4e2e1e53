#include "agency-adapters/auditor/mirror_watch.h"

#include <algorithm>
#include <utility>

#include "agency-adapters/auditor/errors.h"
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
  if (other.size() > size) {  // the mirror is not there yet, and must be when it is looked at next
    owed_ = std::max(owed_, other.size());
    return absl::OkStatus();
  }
  AMANA_ASSIGN_OR_RETURN(const Digest root,
                         RootIn(mirror_.files, mirror_.folder, size, other.size()));
  return root == other.root() ? absl::OkStatus() : sdk::LogForked(other.size(), size);
}

absl::Status MirrorWatch::LookAtWitnesses(const std::string& note, absl::Time now) {
  if (mirror_.witnesses.empty() || mirror_.quorum == 0) return absl::OkStatus();
  begun_ = std::min(begun_, now);
  absl::Time cosigned = absl::InfinitePast();
  if (!note.empty()) {
    AMANA_ASSIGN_OR_RETURN(const auto opened,
                           transparency::OpenCheckpoint(note, mirror_.log, mirror_.witnesses));
    cosigned = CosignedAt({opened.witnesses}, mirror_.quorum);
    // What has not grown since needs no other cosignature.
    const bool whole = opened.checkpoint.size() >= tree_.size();
    if (whole && cosigned != absl::InfinitePast()) return absl::OkStatus();
  }
  if (cosigned == absl::InfinitePast()) cosigned = begun_;
  if (now - cosigned <= mirror_.freshness) return absl::OkStatus();
  return CosignaturesOld(absl::FormatTime(absl::RFC3339_sec, cosigned, absl::UTCTimeZone()) +
                         " or before, and the log has grown");
}

absl::StatusOr<std::vector<absl::Status>> MirrorWatch::Look(
    const std::vector<std::string>& others) {
  AMANA_ASSIGN_OR_RETURN(const std::string note,
                         sdk::ReadLogFile(mirror_.files, mirror_.folder, "checkpoint"));
  AMANA_ASSIGN_OR_RETURN(const auto newest, transparency::OpenCheckpoint(note, mirror_.log));
  std::vector<absl::Status> found;
  // It was signed before the broker was asked for its newest: who shows less keeps back the rest.
  if (newest.checkpoint.size() < std::exchange(owed_, 0)) {
    found.push_back(sdk::LogIncomplete("what others were shown of this log"));
  }
  AMANA_ASSIGN_OR_RETURN(found.emplace_back(), LookAtTree(newest.checkpoint));
  for (const std::string& other : others) {
    AMANA_ASSIGN_OR_RETURN(found.emplace_back(), LookAtOther(other, newest.checkpoint.size()));
  }
  AMANA_ASSIGN_OR_RETURN(std::vector<absl::Status> broken,
                         events_.TakeNew(newest.checkpoint.size()));
  found.insert(found.end(), broken.begin(), broken.end());
  // Each is told once: what stays wrong is no news.
  std::erase_if(found, [this](const absl::Status& finding) {
    return finding.ok() || told_.size() >= kMostTold ||
           !told_.insert(ErrorReason(finding) + std::string(finding.message())).second;
  });
  return found;
}

}  // namespace amana::auditor
