#include "agency-adapters/auditor/checks.h"

#include <algorithm>
#include <utility>

#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/auditor/errors.h"
#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/timestamp.h"
#include "proto/transparency/checkpoint.h"

namespace amana::auditor {
namespace {

constexpr std::string_view kTampered[] = {
    "PROOF_INVALID",     "NOTE_SIGNATURE_INVALID", "LOG_TAMPERED",       "LOG_FORKED",
    "RECEIPT_MISMATCH",  "TILE_INVALID",           "EVENT_INVALID",      "TIME_BACKWARDS",
    "TIME_CONTRADICTED", "COUNTER_REPEATED",       "ORDER_ILLEGAL",      "DISCLOSED_AFTER_ERASURE",
    "ERASED_UNKNOWN",    "ACTOR_MISMATCH",         "SIGNATURE_INVALID",  "TIMESTAMP_MISMATCH",
    "TIMESTAMP_INVALID", "SIGNER_MISMATCH",        "STATEMENT_MISMATCH", "ANSWER_MISMATCH",
    "LOG_MISMATCH",      "BUNDLE_BACKDATED",       "RECOVERY_INVALID",   "SUCCESSION_INVALID"};
constexpr std::string_view kUntrusted[] = {"NOTE_UNTRUSTED",       "CHECKPOINT_ORIGIN_MISMATCH",
                                           "CHAIN_UNTRUSTED",      "CERT_EXPIRED",
                                           "CERT_NOT_YET_VALID",   "CERT_USAGE_INVALID",
                                           "CERT_REVOKED",         "NOT_WITNESSED",
                                           "COSIGNATURES_OLD",     "TIMESTAMP_UNTRUSTED",
                                           "CERTIFICATE_UNPINNED", "RECOVERY_UNSIGNED",
                                           "SUCCESSION_UNTRUSTED", "LOG_ENDED"};
constexpr std::string_view kIncomplete[] = {"LOG_INCOMPLETE", "COUNTER_GAP",   "EVENT_MISSING",
                                            "EVENT_HIDDEN",   "EVENTS_BEHIND", "ENTRIES_LOST"};

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kTampered:
      return "TAMPERED";
    case Verdict::kUntrusted:
      return "UNTRUSTED";
    case Verdict::kUnverifiable:
      return "UNVERIFIABLE";
    case Verdict::kIncomplete:
      return "INCOMPLETE";
    case Verdict::kFine:
      break;
  }
  return "VERIFIED";
}

Verdict VerdictOf(const absl::Status& failure) {
  if (failure.ok()) return Verdict::kFine;
  const std::string reason = ErrorReason(failure);
  const auto in = [&reason](const auto& list) {
    return std::ranges::find(list, reason) != std::end(list);
  };
  if (in(kTampered)) return Verdict::kTampered;
  if (in(kUntrusted)) return Verdict::kUntrusted;
  if (in(kIncomplete)) return Verdict::kIncomplete;
  return Verdict::kUnverifiable;
}

Verdict Overall(const std::vector<CheckResult>& results) {
  Verdict gravest = Verdict::kFine;
  for (const CheckResult& result : results) gravest = std::min(gravest, VerdictOf(result.failure));
  return gravest;
}

namespace {

// What does not follow from its signed header is not what was signed. A key that is gone, or a disk
// that fails, disproves nothing.
absl::Status Disproven(const absl::Status& opened, std::string_view what) {
  if (!absl::IsInvalidArgument(opened) && !absl::IsPermissionDenied(opened)) return opened;
  return MakeError(absl::StatusCode::kPermissionDenied, "PROOF_INVALID", what,
                   std::string(opened.message()));
}

}  // namespace

CheckResult CheckSections(const Evidence& evidence) {
  Tally tally("SECTIONS");
  for (const HeldContent& content : evidence.contents) {
    tally.Look();
    tally.Found(Disproven(content.open(), content.what));
  }
  return std::move(tally).Done("no content is held here");
}

// Between an authority's clock and the log's.
constexpr absl::Duration kClocks = absl::Minutes(5);

// What the stamped log holds was in it by then, so it cannot have happened later.
absl::Status NothingIsLater(const Evidence& evidence, const std::string& note, absl::Time stamped) {
  const auto opened = transparency::OpenCheckpoint(note, evidence.log);
  if (!opened.ok() || evidence.book == nullptr) return absl::OkStatus();  // NOTE says so
  EventQuery later;
  later.from = stamped + kClocks;
  AMANA_ASSIGN_OR_RETURN(const std::vector<MirroredEvent> found, evidence.book->Find(later, 0, 1));
  if (found.empty() || found.front().index >= opened->checkpoint.size()) return absl::OkStatus();
  return TimeContradicted(found.front().index);
}

CheckResult CheckTimestamps(const Evidence& evidence) {
  Tally tally("TIMESTAMP");
  std::vector<std::string> notes = evidence.held;
  notes.insert(notes.end(), evidence.others.begin(), evidence.others.end());
  if (!evidence.folder.empty()) {
    if (auto note = evidence.files.Read(evidence.folder + "/checkpoint"); note.ok()) {
      notes.push_back(*std::move(note));
    }
  }
  for (const HeldToken& held : evidence.tokens) {
    tally.Look();
    absl::Status last = crypto::TimestampMismatch(held.file);
    for (const std::string& note : held.of.empty() ? notes : std::vector{held.of}) {
      const auto stamped =
          crypto::VerifyTimestamp(held.token, note, evidence.timestamp_roots, held.file);
      last = stamped.ok() ? NothingIsLater(evidence, note, *stamped) : stamped.status();
      if (ErrorReason(last) != "TIMESTAMP_MISMATCH") break;
    }
    tally.Found(last);
  }
  return std::move(tally).Done("no timestamp token");
}

absl::StatusOr<std::vector<CheckResult>> RunChecks(
    const Evidence& evidence, const std::function<void(uint64_t, uint64_t)>& progress) {
  AMANA_ASSIGN_OR_RETURN(LogResults log, CheckLog(evidence, progress));
  AMANA_ASSIGN_OR_RETURN(EventResults events, CheckEvents(evidence, log.size));
  std::vector<CheckResult> results;
  results.push_back(std::move(log.note));
  results.push_back(std::move(log.witnesses));
  results.push_back(std::move(log.consistency));
  results.push_back(std::move(log.replay));
  results.push_back(std::move(log.inclusion));
  results.push_back(std::move(log.equivocation));
  results.push_back(std::move(events.counters));
  results.push_back(std::move(events.signatures));
  results.push_back(CheckSections(evidence));
  results.push_back(std::move(events.order));
  results.push_back(CheckTimestamps(evidence));
  results.push_back(std::move(events.erasures));
  return results;
}

}  // namespace amana::auditor
