// Makes an evidence bundle out of a mirror: the answer to a question, with all that proves it to
// somebody who has neither the mirror nor the broker.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/auditor/bundle_events.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/sdk/identity.h"
#include "amana/v1/evidence.pb.h"
#include "base/durable_file.h"
#include "proto/transparency/note_verifier.h"

namespace amana::auditor {

struct BundleRequest {
  FileSystem& files;
  std::string folder;  // the mirror
  MirrorBook& book;
  const sdk::Identity& identity;  // whose mirror it is; signs with its person's key, or its own
  absl::Time now;
  EventQuery query;
  std::string purpose;
  // Signed checkpoints of the mirror's log, the one preferred first: the first that has the whole
  // answer in it is taken; the mirror's newest when none has.
  std::vector<std::string> checkpoints = {};
  std::vector<std::string> timestamps = {};  // tokens of the checkpoint that is taken
  // The mirror's log, where it has ended and is not the one that the identity trusts.
  std::optional<transparency::NoteVerifier> ended = {};
};

struct Bundle {
  v1::EvidenceBundle evidence;
  std::string file;
};

// What is not asked for is opened only as far as shows that nothing was left out: by the counters
// of the identity's own agency, or for an auditor by the entries themselves; without --since from
// the first event of the answer on, without --until to the end of the log. A counter along which
// something else is hidden from this mirror proves nothing and is left out.
//
// Errors: SIGNING_KEY_MISSING; BUNDLE_TOO_LARGE; BUNDLE_MALFORMED for the purpose; EVENTS_BEHIND
// when the mirror's events end before the checkpoint; LOG_INCOMPLETE, LOG_TAMPERED, LOG_FORKED
// where the mirror's files do not fit each other or the checkpoint; of OpenCheckpoint; of reading.
absl::StatusOr<Bundle> MakeBundle(const BundleRequest& request);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_BUNDLE_H_
