#include "agency-adapters/sdk/verifier.h"

#include <map>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/log_folder.h"
#include "agency-adapters/sdk/log_replay.h"
#include "base/status.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/tile.h"
#include "proto/transparency/tlog_proof.h"

namespace amana::sdk {
namespace {

using transparency::Checkpoint;
using transparency::kTileWidth;
using transparency::TileId;

constexpr char kCheckpointFile[] = "/checkpoint";

absl::StatusOr<Checkpoint> ReadCheckpoint(FileSystem& files, const std::string& folder,
                                          const transparency::NoteVerifier& log) {
  AMANA_ASSIGN_OR_RETURN(const std::string note, ReadLogFile(files, folder, "checkpoint"));
  AMANA_ASSIGN_OR_RETURN(const auto opened, transparency::OpenCheckpoint(note, log));
  return opened.checkpoint;
}

// What must hold while the log is recomputed, in the order it is met.
struct Expected {
  std::multimap<uint64_t, Digest> roots;   // at a size
  std::multimap<uint64_t, Digest> leaves;  // at an index
};

absl::StatusOr<Expected> Expect(const transparency::NoteVerifier& log, const HeldEvidence& held,
                                uint64_t size) {
  Expected expected;
  const auto add_root = [&](const Checkpoint& checkpoint) -> absl::Status {
    if (checkpoint.size() > size) {
      return LogIncomplete("entry " + std::to_string(size) + " (a held checkpoint is newer)");
    }
    expected.roots.emplace(checkpoint.size(), checkpoint.root());
    return absl::OkStatus();
  };
  for (const std::string& note : held.checkpoints) {
    AMANA_ASSIGN_OR_RETURN(const auto opened, transparency::OpenCheckpoint(note, log));
    AMANA_RETURN_IF_ERROR(add_root(opened.checkpoint));
  }
  for (const v1::Receipt& receipt : held.receipts) {
    AMANA_ASSIGN_OR_RETURN(const VerifiedReceipt verified, VerifyReceipt(receipt, log));
    AMANA_RETURN_IF_ERROR(add_root(verified.checkpoint));
    expected.leaves.emplace(verified.index, verified.event.leaf_hash);
  }
  return expected;
}

// Of the first that differs: an entry says more than a root.
absl::Status Compare(const Expected& expected, const Replayed& replayed, uint64_t size) {
  for (const auto& [index, leaf] : expected.leaves) {
    if (replayed.leaves.at(index) != leaf) return LogTampered("entry " + std::to_string(index));
  }
  for (const auto& [at, root] : expected.roots) {
    if (replayed.roots.at(at) != root) return LogForked(at, size);
  }
  return absl::OkStatus();
}

// --- download

absl::StatusOr<std::string> FetchTile(Client& client, TileId tile) {
  v1::ReadTileRequest request;
  request.set_path(transparency::TilePath(tile));
  absl::StatusOr<v1::ReadTileResponse> response = client.Call(kReadTile, request);
  if (response.ok()) return response->content();
  if (response.status().code() != absl::StatusCode::kNotFound || tile.width == kTileWidth) {
    return response.status();
  }
  // The log grew meanwhile and the full tile has replaced this one: cut it.
  const int width = std::exchange(tile.width, kTileWidth);
  request.set_path(transparency::TilePath(tile));
  AMANA_ASSIGN_OR_RETURN(const v1::ReadTileResponse whole, client.Call(kReadTile, request));
  if (tile.level != transparency::kEntriesLevel) {
    return whole.content().substr(0, static_cast<size_t>(width) * Digest::kSize);
  }
  AMANA_ASSIGN_OR_RETURN(std::vector<std::string> entries,
                         transparency::DecodeEntryBundle(whole.content(), kTileWidth));
  entries.resize(static_cast<size_t>(width));
  return transparency::EncodeEntryBundle(entries);
}

absl::Status Download(Client& client, FileSystem& files, const std::string& folder,
                      const std::vector<TileId>& tiles) {
  for (const TileId& tile : tiles) {
    const std::string path = folder + "/" + transparency::TilePath(tile);
    AMANA_ASSIGN_OR_RETURN(const bool there, files.Exists(path));
    if (there) continue;  // of an interrupted run; verified with all others
    AMANA_ASSIGN_OR_RETURN(const std::string content, FetchTile(client, tile));
    AMANA_RETURN_IF_ERROR(files.CreateDirectories(FolderOf(path)));
    AMANA_RETURN_IF_ERROR(files.WriteAtomically(path, content, kPublicFile));
  }
  return absl::OkStatus();
}

absl::StatusOr<transparency::Hashes> ToHashes(
    const google::protobuf::RepeatedPtrField<std::string>& proof) {
  transparency::Hashes hashes;
  for (const std::string& hash : proof) {
    AMANA_ASSIGN_OR_RETURN(Digest digest, Digest::FromBytes(hash, "consistency_proof"));
    hashes.push_back(digest);
  }
  return hashes;
}

}  // namespace

absl::StatusOr<VerifiedReceipt> VerifyReceipt(const v1::Receipt& receipt,
                                              const transparency::NoteVerifier& log) {
  AMANA_ASSIGN_OR_RETURN(
      EventView event, receipt.has_partial() ? ViewOf(receipt.partial()) : ViewOf(receipt.event()));
  AMANA_ASSIGN_OR_RETURN(transparency::TlogProof proof,
                         transparency::ParseTlogProof(receipt.tlog_proof()));
  AMANA_ASSIGN_OR_RETURN(transparency::OpenedCheckpoint opened,
                         transparency::VerifyTlogProof(proof, event.leaf_hash, log));
  return VerifiedReceipt{std::move(event), proof.index, std::move(opened.checkpoint),
                         std::move(proof.checkpoint)};
}

absl::StatusOr<WitnessedReceipt> VerifyWitnessed(
    const v1::Receipt& receipt, const transparency::NoteVerifier& log,
    std::span<const transparency::NoteVerifier> witnesses, size_t quorum) {
  AMANA_ASSIGN_OR_RETURN(VerifiedReceipt verified, VerifyReceipt(receipt, log));
  AMANA_ASSIGN_OR_RETURN(auto opened,
                         transparency::OpenCheckpoint(verified.checkpoint_note, log, witnesses));
  if (opened.witnesses.size() < quorum) {
    return ReceiptNotWitnessed(opened.witnesses.size(), quorum);
  }
  return WitnessedReceipt{std::move(verified), std::move(opened.witnesses)};
}

absl::StatusOr<NewCheckpoint> FetchCheckpoint(Client& client, const transparency::NoteVerifier& log,
                                              uint64_t from_size, const Digest& from_root) {
  v1::GetCheckpointRequest request;
  request.set_from_size(from_size);
  absl::StatusOr<v1::GetCheckpointResponse> asked = client.Call(kGetCheckpoint, request);
  if (from_size > 0 && absl::IsInvalidArgument(asked.status())) {
    // A log that does not know this size any more has lost entries: look at what it has.
    request.set_from_size(0);
    asked = client.Call(kGetCheckpoint, request);
  }
  if (!asked.ok()) return asked.status();
  v1::GetCheckpointResponse& response = *asked;
  AMANA_ASSIGN_OR_RETURN(auto opened, transparency::OpenCheckpoint(response.checkpoint(), log));
  AMANA_ASSIGN_OR_RETURN(const transparency::Hashes proof, ToHashes(response.consistency_proof()));
  NewCheckpoint result{std::move(opened.checkpoint), std::move(*response.mutable_checkpoint()),
                       absl::OkStatus()};
  const bool shrank = result.checkpoint.size() < from_size;
  if (from_size > 0 &&
      (shrank || !transparency::VerifyConsistency(from_size, result.checkpoint.size(), from_root,
                                                  result.checkpoint.root(), proof)
                      .ok())) {
    result.consistent = LogForked(from_size, result.checkpoint.size());
  }
  return result;
}

absl::StatusOr<LogReport> VerifyLog(FileSystem& files, const std::string& folder,
                                    const transparency::NoteVerifier& log,
                                    const HeldEvidence& held) {
  AMANA_ASSIGN_OR_RETURN(const Checkpoint checkpoint, ReadCheckpoint(files, folder, log));
  const uint64_t size = checkpoint.size();
  AMANA_ASSIGN_OR_RETURN(const Expected expected, Expect(log, held, size));
  ReplayWanted wanted;
  for (const auto& [at, root] : expected.roots) wanted.sizes.insert(at);
  for (const auto& [index, leaf] : expected.leaves) wanted.entries.insert(index);
  AMANA_ASSIGN_OR_RETURN(const Replayed replayed, ReplayLog(files, folder, size, wanted));
  AMANA_RETURN_IF_ERROR(Compare(expected, replayed, size));
  if (replayed.root != checkpoint.root()) return LogTampered("root");
  AMANA_RETURN_IF_ERROR(replayed.tiled);
  return LogReport{size,           checkpoint.root(),       checkpoint.origin(),
                   replayed.tiles, held.checkpoints.size(), held.receipts.size()};
}

absl::StatusOr<std::string> ReadEntry(FileSystem& files, const std::string& folder,
                                      uint64_t index) {
  AMANA_ASSIGN_OR_RETURN(const std::string note, ReadLogFile(files, folder, "checkpoint"));
  const size_t end = note.find("\n\n");
  AMANA_ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                         Checkpoint::Parse(std::string_view(note).substr(0, end + 1)));
  const int width = index < checkpoint.size()
                        ? transparency::TileWidthAt(transparency::kEntriesLevel, index / kTileWidth,
                                                    checkpoint.size())
                        : 0;
  if (width == 0) return LogIncomplete("entry " + std::to_string(index));
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                         ReadBundle(files, folder, index / kTileWidth, width));
  return entries[index % kTileWidth];
}

absl::StatusOr<Checkpoint> DownloadLog(Client& client, FileSystem& files, const std::string& folder,
                                       const transparency::NoteVerifier& log) {
  AMANA_RETURN_IF_ERROR(files.CreateDirectories(folder));
  uint64_t old_size = 0;
  Digest old_root;
  const absl::StatusOr<Checkpoint> old = ReadCheckpoint(files, folder, log);
  if (old.ok()) {
    old_size = old->size();
    old_root = old->root();
  } else if (ErrorReason(old.status()) != "LOG_INCOMPLETE") {
    return old.status();
  }
  AMANA_ASSIGN_OR_RETURN(const NewCheckpoint next,
                         FetchCheckpoint(client, log, old_size, old_root));
  AMANA_RETURN_IF_ERROR(next.consistent);
  const uint64_t size = next.checkpoint.size();
  AMANA_RETURN_IF_ERROR(
      Download(client, files, folder, transparency::ChangedEntryBundles(old_size, size)));
  AMANA_RETURN_IF_ERROR(
      Download(client, files, folder, transparency::ChangedHashTiles(old_size, size)));
  AMANA_RETURN_IF_ERROR(files.WriteAtomically(folder + kCheckpointFile, next.note, kPublicFile));
  return next.checkpoint;
}

}  // namespace amana::sdk
