// The logs of a mirror that went on as another: which of them a command reads, and how each is
// judged with its own key (auditor/mirror_chain.h).
#ifndef AMANA_AGENCY_ADAPTERS_CLI_AUDIT_CHAIN_H_
#define AMANA_AGENCY_ADAPTERS_CLI_AUDIT_CHAIN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/auditor/mirror_chain.h"
#include "agency-adapters/cli/audit_evidence.h"
#include "agency-adapters/cli/context.h"
#include "proto/crypto/revocation_list.h"
#include "proto/transparency/note_verifier.h"

namespace amana::cli {

// The folder that is followed of `log`, made ready when the log goes on as this one: by what the
// broker serves and this agency has accepted, each believed by two operators' signatures alone.
// Errors of auditor::GoOn; of the call.
absl::StatusOr<std::string> MirrorFolder(Context& context, const std::string& folder,
                                         const transparency::NoteVerifier& log);
// After `tail` of it was brought up to date: errors of auditor::CheckGoesOn.
absl::Status CheckTail(const std::string& folder);

// A log of a mirror, with what was shown of its events.
struct ShownLog {
  std::string folder, origin;
  std::unique_ptr<auditor::MirrorBook> book;
  // The first entry that is not in the log before it as well, as far as that is mirrored.
  uint64_t from = 0;
  // Its key, where it has ended: by the mirror's own statement, which was believed when it was
  // kept.
  std::optional<transparency::NoteVerifier> ended = {};
};
// Oldest first. USAGE_INVALID where the folder holds no events of a mirror; errors of LogsOf.
absl::StatusOr<std::vector<ShownLog>> OpenLogs(const std::string& folder);
// The one of this origin; empty: the newest. `aside` says which others there are, in a line; empty
// where there is one. USAGE_INVALID for an origin that is none of them.
absl::StatusOr<ShownLog> OpenLog(const std::string& folder, const std::string& origin,
                                 std::string* aside);

// One log, and what is held against it.
struct GatheredLog {
  GatheredEvidence gathered;
  bool ended = false;
  std::optional<auditor::CheckResult> step;  // how it goes on in the place of the one before it
};
// Oldest first; the last is the log that is trusted here, and has what is held of no other. Without
// a folder: of those logs of which something is held. Errors of Gather.
absl::StatusOr<std::vector<GatheredLog>> GatherLogs(Context& context, const EvidenceOptions& o);

// The key of a log that has ended, by what this agency has accepted; nullopt: none of this origin.
// With the statement by which it ended.
struct EndedLog {
  transparency::NoteVerifier log;
  auditor::MirroredLog next;
};
absl::StatusOr<std::optional<EndedLog>> FindEnded(
    Context& context, const std::string& origin,
    const std::optional<std::vector<crypto::Revocation>>& revocations);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_AUDIT_CHAIN_H_
