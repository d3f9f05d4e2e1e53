// C2SP tlog-proof (https://c2sp.org/tlog-proof): index, inclusion path and signed checkpoint in one
// text, which proves offline that a leaf is in the log. It is what a receipt carries. Pure.
#ifndef AMANA_PROTO_TRANSPARENCY_TLOG_PROOF_H_
#define AMANA_PROTO_TRANSPARENCY_TLOG_PROOF_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/merkle.h"

namespace amana::transparency {

inline constexpr size_t kMaxTlogProofBytes = kMaxNoteBytes + 64 * 1024;

struct TlogProof {
  uint64_t index = 0;
  Hashes path;             // leaf's sibling first; at most 64
  std::string checkpoint;  // the signed note, verbatim
  std::string extra;       // opaque and authenticated by nothing; empty: no such line
};

std::string FormatTlogProof(const TlogProof& proof);

// Strict about its own lines, PROOF_MALFORMED; the checkpoint is taken verbatim and judged by
// VerifyTlogProof.
absl::StatusOr<TlogProof> ParseTlogProof(std::string_view text);

// OK, with the checkpoint, when `log` signed a checkpoint whose tree has `leaf_hash` at the proof's
// index. Errors: those of OpenCheckpoint, and PROOF_INVALID.
absl::StatusOr<OpenedCheckpoint> VerifyTlogProof(const TlogProof& proof, const Digest& leaf_hash,
                                                 const NoteVerifier& log,
                                                 std::span<const NoteVerifier> witnesses = {});

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_TLOG_PROOF_H_
