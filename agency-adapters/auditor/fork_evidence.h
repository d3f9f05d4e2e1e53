// Evidence that a log has two histories, as it is kept in a mirror's folder, and judged by anybody
// who has the log's public key and nothing else: `forks/<id>/` with
//   one, other   two checkpoints as the log signed them; `one` is of at least the size of `other`
//   root         what the log of `one` was when it had the size of `other` (hex)
//   proof        that it was: an add-checkpoint body of C2SP tlog-witness from that size to `one`
// Of two of one size the notes alone are the proof.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_FORK_EVIDENCE_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_FORK_EVIDENCE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/durable_file.h"
#include "base/ids.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/note_verifier.h"

namespace amana::auditor {

struct Fork {
  std::string one, other;
  Digest root;
  transparency::Hashes proof = {};
};

// How many are kept: whoever has the log's key could fill the disk.
inline constexpr size_t kMaxForks = 100;
inline constexpr char kForksFolder[] = "forks";

// OK when it proves two histories. FORK_UNPROVEN when it does not; errors of OpenCheckpoint.
absl::Status JudgeFork(const Fork& fork, const transparency::NoteVerifier& log);

// Returns the folder, below `mirror`, in which it is durable; the same once more is kept once.
// FORKS_TOO_MANY (kMaxForks), errors of writing.
absl::StatusOr<std::string> KeepFork(FileSystem& files, const std::string& mirror,
                                     const Fork& fork);
// From the folder of one. FORK_MALFORMED, errors of reading.
absl::StatusOr<Fork> ReadFork(FileSystem& files, const std::string& folder);
// The folders of all that `mirror` keeps; none where there are none.
absl::StatusOr<std::vector<std::string>> ForksOf(FileSystem& files, const std::string& mirror);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_FORK_EVIDENCE_H_
