#include "agency-adapters/auditor/witness.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ids.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/note.h"
#include "proto/transparency/note_verifier.h"
#include "proto/transparency/text.h"

namespace amana::auditor {
namespace {

using transparency::Checkpoint;
using transparency::NoteVerifier;
using transparency::WitnessRequest;

WitnessAnswer Say(int status, std::string_view text) {
  return {status, "text/plain; charset=utf-8", std::string(text) + "\n"};
}

// What a file or disk says is for the witness's own log, not for whoever asks.
WitnessAnswer Broken() { return Say(500, "the witness cannot read or write its book"); }

WitnessAnswer HeldSize(uint64_t size) {
  return {409, "text/x.tlog.size", std::to_string(size) + "\n"};
}

// The checkpoint with the log's own signature alone: what others put beside it is nothing to this
// witness, and would make a note that is kept once into as many as somebody likes.
absl::StatusOr<transparency::Note> WithoutOthers(const std::string& note, const NoteVerifier& log) {
  AMANA_ASSIGN_OR_RETURN(transparency::Note parsed, transparency::ParseNote(note));
  std::erase_if(parsed.signatures, [&](const auto& each) { return !log.Names(each); });
  parsed.signatures.resize(1);
  return parsed;
}

absl::StatusOr<std::string> TextWithoutOthers(const std::string& note, const NoteVerifier& log) {
  AMANA_ASSIGN_OR_RETURN(const transparency::Note parsed, WithoutOthers(note, log));
  return transparency::FormatNote(parsed);
}

}  // namespace

WitnessAnswer Witness::AddCheckpoint(std::string_view body) {
  const absl::StatusOr<WitnessRequest> request = transparency::ParseWitnessRequest(body);
  if (!request.ok()) return Say(400, std::string(request.status().message()));
  std::string_view rest = request->checkpoint;
  const std::optional<std::string_view> origin = transparency::TakeLine(rest);
  if (!origin) return Say(400, "the checkpoint has no origin");
  const auto log = std::find_if(logs_.begin(), logs_.end(),
                                [&](const NoteVerifier& key) { return key.name() == *origin; });
  if (log == logs_.end()) return Say(404, "this witness does not know the log");
  const auto opened = transparency::OpenCheckpoint(request->checkpoint, *log);
  if (!opened.ok()) {
    const bool malformed = absl::IsInvalidArgument(opened.status());
    return Say(malformed ? 400 : 403, std::string(opened.status().message()));
  }
  if (request->old_size > opened->checkpoint.size()) {
    return Say(400, "the old size is beyond that of the checkpoint");
  }
  return Judge(*request, opened->checkpoint, *log);
}

WitnessAnswer Witness::Judge(const WitnessRequest& request, const Checkpoint& checkpoint,
                             const NoteVerifier& log) {
  const auto newest = book_.Newest(checkpoint.origin());
  if (!newest.ok()) return Broken();
  const Witnessed held = newest->value_or(Witnessed{0, transparency::EmptyRoot(), ""});
  const auto keep = [&](EvidenceKind kind) {
    const auto offered = TextWithoutOthers(request.checkpoint, log);
    return offered.ok() && book_.Keep({checkpoint.origin(), kind, held.note, *offered}).ok();
  };
  // Whatever old size it names.
  if (held.size == checkpoint.size() && held.root != checkpoint.root()) {
    return keep(EvidenceKind::kFork) ? HeldSize(held.size) : Broken();
  }
  if (request.old_size != held.size) return HeldSize(held.size);
  const absl::Status consistent = transparency::VerifyConsistency(
      held.size, checkpoint.size(), held.root, checkpoint.root(), request.proof);
  if (!consistent.ok()) {
    return keep(EvidenceKind::kUnproven) ? Say(422, std::string(consistent.message())) : Broken();
  }
  return Cosign(request, checkpoint, log);
}

WitnessAnswer Witness::Cosign(const WitnessRequest& request, const Checkpoint& checkpoint,
                              const NoteVerifier& log) {
  const auto cosignature =
      cosigner_.Cosign(checkpoint.Text(), static_cast<uint64_t>(absl::ToUnixSeconds(clock_.Now())));
  if (!cosignature.ok()) return Say(500, "the witness cannot sign");
  const auto line = transparency::FormatSignatureLine(*cosignature);
  auto note = WithoutOthers(request.checkpoint, log);
  if (!line.ok() || !note.ok()) return Say(500, "the witness cannot sign");
  const auto offered = transparency::FormatNote(*note);
  note->signatures.push_back(*cosignature);
  auto kept = transparency::FormatNote(*note);
  if (!offered.ok() || !kept.ok()) return Say(500, "the witness cannot sign");
  const auto replaced = book_.Replace(checkpoint.origin(), request.old_size,
                                      {checkpoint.size(), checkpoint.root(), *std::move(kept)});
  if (!replaced.ok()) return Broken();
  if (*replaced) {
    // Whoever offered it before, with a proof that did not hold: the log has one.
    book_.Forgive(checkpoint.origin(), *offered).IgnoreError();
    return {200, "text/plain; charset=utf-8", *line + "\n"};
  }
  const auto newest = book_.Newest(checkpoint.origin());  // another was faster
  if (!newest.ok() || !newest->has_value()) return Broken();
  return HeldSize((*newest)->size);
}

WitnessAnswer Witness::Newest(std::string_view origin_hash) {
  for (const NoteVerifier& log : logs_) {
    if (crypto::Sha256(log.name()).hex() != origin_hash) continue;
    const auto newest = book_.Newest(log.name());
    if (!newest.ok()) return Broken();
    if (!newest->has_value()) return Say(404, "nothing of this log was cosigned yet");
    return {200, "text/plain; charset=utf-8", (*newest)->note};
  }
  return Say(404, "this witness does not know the log");
}

}  // namespace amana::auditor
