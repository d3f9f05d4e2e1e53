#include "agency-adapters/cli/audit_evidence.h"

#include <utility>

#include "agency-adapters/auditor/fork_evidence.h"
#include "agency-adapters/auditor/held.h"
#include "agency-adapters/auditor/mirror_timestamps.h"
#include "agency-adapters/cli/audit_mirror.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/cli/verifier_key.h"
#include "agency-adapters/sdk/log_watch.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/revocation_list.h"

namespace amana::cli {
namespace {

template <class T>
void Append(std::vector<T>& to, std::vector<T> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

absl::Status ReadNotes(const std::vector<std::string>& paths, std::vector<std::string>& notes) {
  for (const std::string& path : paths) {
    AMANA_ASSIGN_OR_RETURN(std::string note, RealFileSystem().Read(path));
    notes.push_back(std::move(note));
  }
  return absl::OkStatus();
}

absl::Status ReadFiles(const EvidenceOptions& o, auditor::Evidence& evidence) {
  AMANA_RETURN_IF_ERROR(ReadNotes(o.checkpoints, evidence.held));
  AMANA_RETURN_IF_ERROR(ReadNotes(o.others, evidence.others));
  for (const std::string& path : o.receipts) {
    AMANA_ASSIGN_OR_RETURN(const std::string bytes, RealFileSystem().Read(path));
    v1::Receipt receipt;
    if (!receipt.ParseFromString(bytes)) {
      return MakeError(absl::StatusCode::kInvalidArgument, "PROOF_MALFORMED", "--receipt",
                       path + " holds no receipt");
    }
    evidence.receipts.push_back(std::move(receipt));
  }
  for (const std::string& path : o.timestamps) {
    AMANA_ASSIGN_OR_RETURN(std::string token, RealFileSystem().Read(path));
    evidence.tokens.push_back({path, std::move(token), ""});
  }
  if (!o.timestamp_roots.empty()) {
    AMANA_ASSIGN_OR_RETURN(evidence.timestamp_roots, RealFileSystem().Read(o.timestamp_roots));
  }
  if (!o.revocations.empty()) {
    AMANA_ASSIGN_OR_RETURN(const std::string list, RealFileSystem().Read(o.revocations));
    AMANA_ASSIGN_OR_RETURN(evidence.revocations, crypto::ParseRevocationList(list));
  }
  return absl::OkStatus();
}

// From agency.toml, or where there is none from the options alone.
absl::Status AddTrust(Context& context, const EvidenceOptions& o, auditor::Evidence& evidence) {
  for (const std::string& key : o.witnesses) {
    AMANA_ASSIGN_OR_RETURN(transparency::NoteVerifier witness, ReadVerifierKey(key));
    evidence.witnesses.push_back(std::move(witness));
  }
  if (o.vkey.empty()) {
    AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
    evidence.authorities = &identity->authorities();
    evidence.agency = identity->agency();
    evidence.all_events = identity->tls().certificate.spiffe().role == crypto::Role::kAuditor;
    Append(evidence.witnesses, identity->witnesses());
    evidence.quorum = identity->witness_quorum();
    const auto add = [&](const absl::StatusOr<const sdk::SigningIdentity*>& signer) {
      if (!signer.ok()) return;
      evidence.certificates.emplace((*signer)->certificate.id(), (*signer)->certificate);
    };
    add(identity->Signer());
    add(identity->PersonSigner());
  }
  if (o.quorum > 0) evidence.quorum = o.quorum;
  return absl::OkStatus();
}

// Two histories that were seen once are never forgotten.
absl::Status AddForks(auditor::Evidence& evidence) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> forks,
                         auditor::ForksOf(evidence.files, evidence.folder));
  for (const std::string& folder : forks) {
    AMANA_ASSIGN_OR_RETURN(const auditor::Fork fork, auditor::ReadFork(evidence.files, folder));
    evidence.others.push_back(fork.one);
    evidence.others.push_back(fork.other);
  }
  return absl::OkStatus();
}

// What was stamped must be in the log in any case; tokens are judged where an authority is
// believed.
absl::Status AddTimestamps(auditor::Evidence& evidence) {
  AMANA_ASSIGN_OR_RETURN(std::vector<auditor::MirroredTimestamp> timestamps,
                         auditor::ReadTimestamps(evidence.files, evidence.folder));
  for (auditor::MirroredTimestamp& timestamp : timestamps) {
    evidence.held.push_back(timestamp.checkpoint);
    if (evidence.timestamp_roots.empty()) continue;
    evidence.tokens.push_back(
        {std::move(timestamp.file), std::move(timestamp.token), std::move(timestamp.checkpoint)});
  }
  return absl::OkStatus();
}

absl::Status AddHeld(Context& context, auditor::Evidence& evidence) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::LogWatch watch(evidence.log, *mailbox);
  AMANA_ASSIGN_OR_RETURN(std::vector<std::string> notes, watch.Held());
  Append(evidence.held, std::move(notes));
  AMANA_ASSIGN_OR_RETURN(auditor::Held held, auditor::ReadHeld(*mailbox, *identity));
  Append(evidence.receipts, std::move(held.receipts));
  evidence.statements = std::move(held.statements);
  evidence.contents = std::move(held.contents);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<transparency::NoteVerifier> LogKey(Context& context, const std::string& vkey) {
  if (!vkey.empty()) return ReadVerifierKey(vkey);
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  return identity->log();
}

absl::StatusOr<GatheredEvidence> Gather(Context& context, const EvidenceOptions& o) {
  FileSystem& files = RealFileSystem();
  AMANA_ASSIGN_OR_RETURN(transparency::NoteVerifier log, LogKey(context, o.vkey));
  GatheredEvidence gathered{nullptr, {files, o.folder, std::move(log), context.clock().Now()}};
  auditor::Evidence& evidence = gathered.evidence;
  AMANA_ASSIGN_OR_RETURN(evidence.freshness, DurationOption("--freshness", o.freshness));
  AMANA_RETURN_IF_ERROR(ReadFiles(o, evidence));
  AMANA_RETURN_IF_ERROR(AddTrust(context, o, evidence));
  if (o.held) AMANA_RETURN_IF_ERROR(AddHeld(context, evidence));
  return gathered;
}

absl::Status AddFolder(GatheredEvidence& gathered) {
  auditor::Evidence& evidence = gathered.evidence;
  if (evidence.folder.empty()) return absl::OkStatus();
  const auto witnessed = evidence.files.Read(evidence.folder + "/" + kWitnessedFile);
  if (witnessed.ok()) evidence.held.push_back(*witnessed);
  AMANA_RETURN_IF_ERROR(AddForks(evidence));
  AMANA_RETURN_IF_ERROR(AddTimestamps(evidence));
  AMANA_ASSIGN_OR_RETURN(const bool events,
                         evidence.files.Exists(evidence.folder + "/" + auditor::MirrorBook::kFile));
  if (!events) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(gathered.book, auditor::MirrorBook::Open(evidence.folder));
  evidence.book = gathered.book.get();
  return absl::OkStatus();
}

}  // namespace amana::cli
