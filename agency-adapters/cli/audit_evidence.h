// What `amana audit verify` holds a log against, gathered from options and from this machine.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_AUDIT_EVIDENCE_H_
#define AMANA_AGENCY_ADAPTERS_CLI_AUDIT_EVIDENCE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/checks.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/cli/context.h"

namespace amana::cli {

struct EvidenceOptions {
  std::string folder, vkey, freshness = "24h";
  std::vector<std::string> receipts, checkpoints, others, timestamps, witnesses;
  std::vector<std::string> trust;  // of a bundle's signer: roots in PEM
  std::string revocations, timestamp_roots;
  size_t quorum = 0;  // 0: as agency.toml says
  bool held = false;
};

// `book` is what `evidence` reads; both live with what they were gathered from.
struct GatheredEvidence {
  std::unique_ptr<auditor::MirrorBook> book;
  auditor::Evidence evidence;
};

// The pinned key of agency.toml, or one given.
absl::StatusOr<transparency::NoteVerifier> LogKey(Context& context, const std::string& vkey);

// Of what is named in options, and not yet of the folder's. Errors of reading what is named; USAGE
// for options that do not go together. What the mailbox holds (--held) lives in `context`, which
// must outlive it.
absl::StatusOr<GatheredEvidence> Gather(Context& context, const EvidenceOptions& options);

// What the evidence's folder has besides the log's own files. Errors of reading.
absl::Status AddFolder(GatheredEvidence& gathered);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_AUDIT_EVIDENCE_H_
