// Evidence, judged with no word from the broker: receipts, checkpoints, and a whole log from a
// folder of tiles. The reasons tell apart
//   tampered     PROOF_INVALID, NOTE_SIGNATURE_INVALID, LOG_TAMPERED, LOG_FORKED, RECEIPT_MISMATCH
//   malformed    *_MALFORMED, TILE_INVALID, EVENT_INVALID
//   incomplete   LOG_INCOMPLETE
//   untrusted    NOTE_UNTRUSTED, CHECKPOINT_ORIGIN_MISMATCH
#ifndef AMANA_AGENCY_ADAPTERS_SDK_VERIFIER_H_
#define AMANA_AGENCY_ADAPTERS_SDK_VERIFIER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/event_view.h"
#include "amana/v1/event.pb.h"
#include "base/durable_file.h"
#include "base/ids.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/note_verifier.h"

namespace amana::sdk {

struct VerifiedReceipt {
  EventView event;
  uint64_t index = 0;
  transparency::Checkpoint checkpoint;
  std::string checkpoint_note;  // as signed
};

// Rebuilds the leaf from the opening and verifies the proof to a checkpoint that `log` signed. What
// the event must say is the caller's to compare; of a partial opening, what is not opened says
// nothing. Pure. Errors: EVENT_INVALID, PROOF_MALFORMED, those of VerifyTlogProof.
absl::StatusOr<VerifiedReceipt> VerifyReceipt(const v1::Receipt& receipt,
                                              const transparency::NoteVerifier& log);

// A receipt whose checkpoint enough of the witnesses believed here have cosigned. Errors: of
// VerifyReceipt and OpenCheckpoint; RECEIPT_NOT_WITNESSED when it was fewer than the quorum.
struct WitnessedReceipt {
  VerifiedReceipt receipt;
  std::vector<transparency::VerifiedSignature> witnesses;
};
absl::StatusOr<WitnessedReceipt> VerifyWitnessed(
    const v1::Receipt& receipt, const transparency::NoteVerifier& log,
    std::span<const transparency::NoteVerifier> witnesses, size_t quorum);

struct NewCheckpoint {
  transparency::Checkpoint checkpoint;
  std::string note;
  absl::Status consistent;  // LOG_FORKED when it does not extend what was held
};
// The broker's newest checkpoint, signed by `log`, and whether it extends (from_size, from_root);
// any does when `from_size` is 0. Errors: of the call and of OpenCheckpoint.
absl::StatusOr<NewCheckpoint> FetchCheckpoint(Client& client, const transparency::NoteVerifier& log,
                                              uint64_t from_size, const Digest& from_root);

// What a log is held against: checkpoints (signed notes) and receipts kept from other days.
struct HeldEvidence {
  std::vector<std::string> checkpoints;
  std::vector<v1::Receipt> receipts;
};

struct LogReport {
  uint64_t size = 0;
  Digest root;
  std::string origin;
  size_t tiles = 0;
  size_t checkpoints = 0;
  size_t receipts = 0;
};

// Recomputes the whole log in `folder` (the layout of C2SP tlog-tiles: "checkpoint",
// "tile/entries/...", "tile/0/...") from its entries: every hash tile and the signed root must
// follow, and every held checkpoint and receipt must agree. LOG_INCOMPLETE when a file is missing
// or something held is newer than the folder; LOG_TAMPERED; LOG_FORKED. Offline. Reads one bundle
// at a time. Not thread-safe against DownloadLog on the same folder.
absl::StatusOr<LogReport> VerifyLog(FileSystem& files, const std::string& folder,
                                    const transparency::NoteVerifier& log,
                                    const HeldEvidence& held = {});

// The leaf data of entry `index` of a folder. LOG_INCOMPLETE, TILE_INVALID.
absl::StatusOr<std::string> ReadEntry(FileSystem& files, const std::string& folder, uint64_t index);

// Brings `folder` up to the broker's newest checkpoint, tiles first and "checkpoint" last, so that
// an interrupted run is just continued. The new checkpoint must extend the one in the folder
// (LOG_FORKED). Entries are not verified here: VerifyLog does. Returns the checkpoint.
absl::StatusOr<transparency::Checkpoint> DownloadLog(Client& client, FileSystem& files,
                                                     const std::string& folder,
                                                     const transparency::NoteVerifier& log);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_VERIFIER_H_
