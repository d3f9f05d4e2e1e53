#include "broker/audit/tile_writer.h"

#include <memory>
#include <utility>
#include <vector>

#include "broker/audit/proofs.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/tile.h"

namespace amana::audit {
namespace {

using transparency::TileId;

std::string FullPath(TileId tile) {
  tile.width = transparency::kTileWidth;
  return transparency::TilePath(tile);
}

}  // namespace

TileWriter::TileWriter(const store::Store* store, FileSystem* files, std::string folder,
                       transparency::NoteVerifier log, Listener listener)
    : store_(store),
      files_(files),
      folder_(std::move(folder)),
      log_(std::move(log)),
      listener_(std::move(listener)) {}

TileWriter::~TileWriter() { Stop(); }

uint64_t TileWriter::SizeOnDisk() {
  const absl::StatusOr<std::string> note = files_->Read(folder_ + "/checkpoint");
  if (!note.ok()) return 0;
  const absl::StatusOr<transparency::OpenedCheckpoint> opened =
      transparency::OpenCheckpoint(*note, log_);
  return opened.ok() ? opened->checkpoint.size() : 0;
}

absl::Status TileWriter::WriteResource(const store::Snapshot& snapshot, const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, ReadResource(snapshot, path));
  const std::string file = folder_ + "/" + path;
  AMANA_RETURN_IF_ERROR(files_->CreateDirectories(FolderOf(file)));
  return files_->WriteAtomically(file, bytes, kPublicFile);
}

// tlog-tiles lets a partial tile go once a wider one of the same index is there. A reader of the
// old checkpoint cuts what it needs from the wider one; a failure leaves litter, no harm.
void TileWriter::RemoveNarrower(const std::string& path, bool full, int width) {
  const std::string partials = folder_ + "/" + path + ".p";
  const absl::StatusOr<std::vector<std::string>> names = files_->List(partials);
  if (!names.ok()) return;
  const std::string kept = full ? "" : std::to_string(width);
  for (const std::string& name : *names) {
    std::string partial = partials + "/";
    partial += name;
    if (name != kept) (void)files_->Remove(partial);
  }
  if (full) (void)files_->Remove(partials);
}

absl::Status TileWriter::WriteUpTo(const store::Snapshot& snapshot, const store::LogHead& head) {
  std::vector<TileId> changed = transparency::ChangedEntryBundles(written_, head.size);
  const std::vector<TileId> tiles = transparency::ChangedHashTiles(written_, head.size);
  changed.insert(changed.end(), tiles.begin(), tiles.end());
  for (const TileId& tile : changed) {
    AMANA_RETURN_IF_ERROR(WriteResource(snapshot, transparency::TilePath(tile)));
  }
  AMANA_RETURN_IF_ERROR(files_->CreateDirectories(folder_));
  AMANA_RETURN_IF_ERROR(
      files_->WriteAtomically(folder_ + "/checkpoint", head.checkpoint, kPublicFile));
  for (const TileId& tile : changed) {
    RemoveNarrower(FullPath(tile), tile.width == transparency::kTileWidth, tile.width);
  }
  written_ = head.size;
  return absl::OkStatus();
}

absl::Status TileWriter::Derive() {
  absl::MutexLock lock(&derive_mu_);
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_->Read());
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot->log().Head());
  if (!known_) {
    written_ = SizeOnDisk();
    known_ = true;
    // Files ahead of the store: of another log, or of one that was rolled back. They are evidence
    // and are not overwritten.
    if (written_ > head.size) {
      known_ = false;
      return MakeError(absl::StatusCode::kFailedPrecondition, "LOG_FILES_AHEAD", "checkpoint",
                       "the checkpoint file is of a longer log than the store");
    }
  }
  return written_ == head.size ? absl::OkStatus() : WriteUpTo(*snapshot, head);
}

void TileWriter::Start(absl::Duration pause) {
  thread_ = std::thread([this, pause] { Run(pause); });
}

void TileWriter::Poke() {
  absl::MutexLock lock(&mu_);
  poked_ = true;
}

void TileWriter::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void TileWriter::Run(absl::Duration pause) {
  const auto woken = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return stopping_ || poked_; };
  bool failing = false;
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(&woken));
      if (stopping_) break;
      poked_ = false;
    }
    const absl::Status status = Derive();
    if (status.ok() == failing) listener_(status);
    failing = !status.ok();
    absl::MutexLock lock(&mu_);
    poked_ = poked_ || failing;
    mu_.AwaitWithTimeout(absl::Condition(&stopping_), pause);
  }
  if (!failing) (void)Derive();  // what the last commits brought
}

}  // namespace amana::audit
