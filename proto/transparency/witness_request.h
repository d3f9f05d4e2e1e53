// The body of a C2SP tlog-witness add-checkpoint request (https://c2sp.org/tlog-witness): the size
// that the log believes the witness to hold, the RFC 6962 consistency proof from there, and the
// signed checkpoint. And the body of the answer: cosignature lines. Pure.
#ifndef AMANA_PROTO_TRANSPARENCY_WITNESS_REQUEST_H_
#define AMANA_PROTO_TRANSPARENCY_WITNESS_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/note_verifier.h"

namespace amana::transparency {

inline constexpr size_t kMaxConsistencyLines = 63;
inline constexpr size_t kMaxWitnessRequestBytes = 32 * 1024;
inline constexpr size_t kMaxWitnessAnswerBytes = 8 * 1024;

struct WitnessRequest {
  uint64_t old_size = 0;
  Hashes proof;
  std::string checkpoint;  // a signed note, not verified
};

std::string FormatWitnessRequest(const WitnessRequest& request);
// WITNESS_REQUEST_MALFORMED for anything FormatWitnessRequest would not write, and over the limits.
// The checkpoint is not looked at.
absl::StatusOr<WitnessRequest> ParseWitnessRequest(std::string_view body);

// The signature lines of a witness's answer, one or more. NOTE_MALFORMED, also over the limit.
absl::StatusOr<std::vector<NoteSignature>> ParseWitnessAnswer(std::string_view body);

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_WITNESS_REQUEST_H_
