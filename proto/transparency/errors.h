// The error catalogue of the transparency room. Reasons are stable. Telling them apart is what
// `amana audit verify` rests on:
//   tampered      PROOF_INVALID, NOTE_SIGNATURE_INVALID
//   malformed     *_MALFORMED, FRONTIER_INVALID, TILE_INVALID, OPENING_INVALID: bytes that are not
//   what they claim to be incomplete    NODE_UNAVAILABLE: a node or tile that the reader should
//   have had untrusted     NOTE_UNTRUSTED, CHECKPOINT_ORIGIN_MISMATCH: well formed, signed by
//   nobody we know
// Well formed but wrong is a refusal (kPermissionDenied), malformed is kInvalidArgument,
// NODE_UNAVAILABLE is kNotFound, OUT_OF_RANGE is kOutOfRange. None is retryable. Messages name
// positions, sizes and fields, never content.
#ifndef AMANA_PROTO_TRANSPARENCY_ERRORS_H_
#define AMANA_PROTO_TRANSPARENCY_ERRORS_H_

#include <string_view>

#include "base/status.h"

namespace amana::transparency {

absl::Status ProofInvalid(std::string_view message);          // PROOF_INVALID
absl::Status ProofMalformed(std::string_view message);        // PROOF_MALFORMED
absl::Status NoteMalformed(std::string_view message);         // NOTE_MALFORMED
absl::Status NoteSignatureInvalid(std::string_view message);  // NOTE_SIGNATURE_INVALID
absl::Status NoteUntrusted(std::string_view message);         // NOTE_UNTRUSTED
absl::Status VerifierKeyInvalid(std::string_view message);    // VERIFIER_KEY_INVALID
absl::Status CheckpointMalformed(std::string_view field, std::string_view message);
absl::Status CheckpointOriginMismatch();
absl::Status FrontierInvalid(std::string_view message);  // FRONTIER_INVALID
absl::Status TileInvalid(std::string_view message);  // TILE_INVALID: contents of a tile or bundle
absl::Status TilePathMalformed();                    // TILE_PATH_MALFORMED
absl::Status EntryTooLarge(size_t position);         // ENTRY_TOO_LARGE: over 65535 bytes
absl::Status NodeUnavailable(int level, uint64_t index);
absl::Status SizeOutOfRange(std::string_view field, std::string_view message);  // OUT_OF_RANGE
absl::Status WitnessRequestMalformed(std::string_view message);  // WITNESS_REQUEST_MALFORMED
absl::Status EventInvalid(std::string_view message);             // EVENT_INVALID: not 24 fields
absl::Status OpeningInvalid(std::string_view message);           // OPENING_INVALID
absl::Status SuccessionInvalid(std::string_view field, std::string_view why);  // SUCCESSION_INVALID

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_ERRORS_H_
