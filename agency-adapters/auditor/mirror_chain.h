// The logs of one mirror: one, or several, each going on in the place of the one before it
// (amana/v1/recovery.proto). Each is a whole mirror with its own files and events, the oldest in
// the mirror's folder, its successor in "next" below it, and so on: nothing of a log that has ended
// is ever moved or written again, and what goes on is there from one write on, of the successor's
// "succession": the statement that two operators have signed. Thread-compatible.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_CHAIN_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_CHAIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/auditor/checks.h"
#include "amana/v1/event.pb.h"
#include "base/durable_file.h"
#include "proto/transparency/note_verifier.h"
#include "proto/transparency/succession.h"

namespace amana::auditor {

struct MirroredLog {
  std::string folder;  // empty: it is known, and not mirrored
  // By which it goes on in the place of the log before it; empty: it does not, as far as is known.
  std::string statement = {};
  std::optional<transparency::Succession> begun = {};  // what that says
};

// RECOVERY_INVALID, SUCCESSION_INVALID and others of the two that read it. Believes nothing of it.
absl::StatusOr<MirroredLog> LogBegunBy(std::string statement);

// Oldest first, at least one. Errors of LogBegunBy, for a statement in a folder; of reading.
absl::StatusOr<std::vector<MirroredLog>> LogsOf(FileSystem& files, const std::string& folder);

// The origin of each, by what its files say.
std::vector<std::string> OriginsOf(FileSystem& files, const std::vector<MirroredLog>& logs);

// Makes ready what is to be mirrored of `log`, by statements that the caller has accepted, and
// returns its folder: the newest of the mirror's where that is of this log already, or where no
// statement leads from it to this one (whoever follows it finds that out). LOG_FORKED, with nothing
// changed, when the log that ended is in this mirror with another history than is said of it.
// Errors of LogsOf.
absl::StatusOr<std::string> GoOn(FileSystem& files, const std::string& folder,
                                 const std::vector<std::string>& accepted,
                                 const transparency::NoteVerifier& log);

// Whether the files of a log that goes on in another's place, and of that other, are as the
// statement says: what is kept is in both, and the first entry after it is the statement's event.
// `before` may be null: it is not mirrored. LOG_FORKED, LOG_TAMPERED, LOG_INCOMPLETE; errors of
// reading. OK where there are no files yet.
absl::Status CheckGoesOn(FileSystem& files, const MirroredLog* before, const MirroredLog& after);

// Of one step, as a check beside those of checks.h:
//   SUCCESSION  who may says that the log goes on in another's place; what is kept of that is in
//               it; what may be lost is named, and whether it is here
struct Step {
  FileSystem& files;
  const MirroredLog* before = nullptr;  // null: it is not mirrored
  const MirroredLog& after;
  absl::Status believed;  // of the statement: sdk/log_succession.h's word
  // Of the log that ended. Where it is not mirrored and its successor is, those of kept entries are
  // held against that.
  std::vector<v1::Receipt> receipts = {};
  // Signed checkpoints of it. When its key was lost (and so may have been taken), nothing that is
  // said with it beyond the newest that the two who signed knew of is believed: LOG_ENDED.
  std::vector<std::string> notes = {};
};
CheckResult CheckStep(const Step& step);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_CHAIN_H_
