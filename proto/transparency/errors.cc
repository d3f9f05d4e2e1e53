#include "proto/transparency/errors.h"

#include <string>

namespace amana::transparency {
namespace {

absl::Status Invalid(std::string_view reason, std::string_view field, std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, field, message);
}

// Well formed and wrong: a refusal, never worth a retry.
absl::Status Refused(std::string_view reason, std::string_view field, std::string_view message) {
  return MakeError(absl::StatusCode::kPermissionDenied, reason, field, message);
}

}  // namespace

absl::Status ProofInvalid(std::string_view message) {
  return Refused("PROOF_INVALID", "proof", message);
}
absl::Status ProofMalformed(std::string_view message) {
  return Invalid("PROOF_MALFORMED", "proof", message);
}
absl::Status NoteMalformed(std::string_view message) {
  return Invalid("NOTE_MALFORMED", "note", message);
}
absl::Status NoteSignatureInvalid(std::string_view message) {
  return Refused("NOTE_SIGNATURE_INVALID", "note.signature", message);
}
absl::Status NoteUntrusted(std::string_view message) {
  return Refused("NOTE_UNTRUSTED", "note.signature", message);
}
absl::Status VerifierKeyInvalid(std::string_view message) {
  return Invalid("VERIFIER_KEY_INVALID", "verifier_key", message);
}
absl::Status CheckpointMalformed(std::string_view field, std::string_view message) {
  return Invalid("CHECKPOINT_MALFORMED", field, message);
}
absl::Status CheckpointOriginMismatch() {
  return Refused("CHECKPOINT_ORIGIN_MISMATCH", "checkpoint.origin",
                 "the checkpoint is of another log than the verifier key");
}
absl::Status FrontierInvalid(std::string_view message) {
  return Invalid("FRONTIER_INVALID", "frontier", message);
}
absl::Status TileInvalid(std::string_view message) {
  return Invalid("TILE_INVALID", "tile", message);
}
absl::Status TilePathMalformed() {
  return Invalid("TILE_PATH_MALFORMED", "path", "not a canonical tlog-tiles path");
}
absl::Status EntryTooLarge(size_t position) {
  return Invalid("ENTRY_TOO_LARGE", "entry",
                 "entry " + std::to_string(position) + " of the bundle is over 65535 bytes");
}
absl::Status NodeUnavailable(int level, uint64_t index) {
  return MakeError(
      absl::StatusCode::kNotFound, "NODE_UNAVAILABLE", "node",
      "no node at level " + std::to_string(level) + ", index " + std::to_string(index));
}
absl::Status SizeOutOfRange(std::string_view field, std::string_view message) {
  return MakeError(absl::StatusCode::kOutOfRange, "OUT_OF_RANGE", field, message);
}
absl::Status WitnessRequestMalformed(std::string_view message) {
  return Invalid("WITNESS_REQUEST_MALFORMED", "add-checkpoint", message);
}
absl::Status EventInvalid(std::string_view message) {
  return Invalid("EVENT_INVALID", "event", message);
}
absl::Status OpeningInvalid(std::string_view message) {
  return Invalid("OPENING_INVALID", "opening", message);
}

absl::Status SuccessionInvalid(std::string_view field, std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "SUCCESSION_INVALID", field,
                   std::string(field) + ": " + std::string(why));
}

}  // namespace amana::transparency
