// Whether the log is what it says: every event against its leaf, the leaves against the stored
// tiles, the files derived from them and the signed root; times and counters as the sequencer gives
// them. Streams: memory does not grow with the log, but with how many units there are.
//
// Findings, by name:
//   CHECKPOINT_NOT_SIGNED  the newest checkpoint is not by this log's key, or not of the stored
//   tree ROOT_NOT_OF_LEAVES     the leaves do not give the signed root LEAF_MISSING           from
//   here on the tree cannot be checked EVENT_BEYOND_TREE      an event that no checkpoint covers
//   TILE_DAMAGED           a stored tile is not of the leaves
//   FILE_DAMAGED, FILE_MISSING, FILES_AHEAD   of the files; that they lag is none
//   EVENT_DAMAGED          cannot be read as it was written, or is not there
//   LEAF_NOT_OF_EVENT      an event that its leaf does not commit to
//   TIME_BACKWARDS, COUNTER_GAP               what an event says of itself
#ifndef AMANA_BROKER_AUDIT_LOG_CHECK_H_
#define AMANA_BROKER_AUDIT_LOG_CHECK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "base/durable_file.h"
#include "broker/audit/findings.h"
#include "broker/store/store.h"
#include "proto/transparency/note_verifier.h"

namespace amana::audit {

// The tree. `folder`: of TileWriter; empty: no files. Errors: those of the store but STORE_CORRUPT,
// which is a finding; of files but that one is missing.
absl::Status CheckTree(const store::Snapshot& snapshot, const transparency::NoteVerifier& log,
                       FileSystem& files, const std::string& folder, Findings& findings);

// The counters after the last event, by the names that the sequencer gives them: "s/<agency>",
// "r/<agency>/<unit>".
using Counters = std::map<std::string, uint64_t>;

// Every event, in their order, to `each` as well, as far as it can be read.
absl::Status CheckEvents(const store::Snapshot& snapshot, Findings& findings, Counters& counters,
                         const std::function<absl::Status(const store::StoredEvent&)>& each);

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_LOG_CHECK_H_
