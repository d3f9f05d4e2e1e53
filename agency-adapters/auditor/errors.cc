#include "agency-adapters/auditor/errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace amana::auditor {
namespace {

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

std::string Entry(uint64_t index) { return absl::StrCat("entry ", index); }

}  // namespace

absl::Status TimeBackwards(uint64_t index) {
  return MakeError(kDenied, "TIME_BACKWARDS", "time", Entry(index) + " is earlier than one before");
}
absl::Status TimeContradicted(uint64_t index) {
  return MakeError(kDenied, "TIME_CONTRADICTED", "time",
                   Entry(index) + " is later than an authority saw it in the log");
}
absl::Status CounterRepeated(std::string_view counter, uint64_t index) {
  return MakeError(kDenied, "COUNTER_REPEATED", counter, Entry(index) + " repeats or skips back");
}
absl::Status OrderIllegal(uint64_t index, std::string_view from, std::string_view to) {
  return MakeError(kDenied, "ORDER_ILLEGAL", "kind",
                   Entry(index) + ": " + (from.empty() ? "nothing" : std::string(from)) +
                       " may not be followed by " + std::string(to));
}
absl::Status DisclosedAfterErasure(uint64_t index) {
  return MakeError(kDenied, "DISCLOSED_AFTER_ERASURE", "kind",
                   Entry(index) + " discloses what was erased before");
}
absl::Status ErasedUnknown(uint64_t index) {
  return MakeError(kDenied, "ERASED_UNKNOWN", "referral",
                   Entry(index) + " erases what was never accepted");
}
absl::Status ActorMismatch(uint64_t index) {
  return MakeError(kDenied, "ACTOR_MISMATCH", "actor_agency",
                   Entry(index) + " names another agency than the certificate of its statement");
}
absl::Status SignerMismatch() {
  return MakeError(kDenied, "SIGNER_MISMATCH", "meta.cert_id",
                   "the bundle was not signed with the certificate that it names");
}
absl::Status BundleBackdated(uint64_t index) {
  return MakeError(kDenied, "BUNDLE_BACKDATED", "meta.created",
                   Entry(index) + " is later than the signature that vouches for it");
}
absl::Status StatementMismatch() {
  return MakeError(kDenied, "STATEMENT_MISMATCH", "statement",
                   "the words are not what the evidence says");
}
absl::Status LogMismatch() {
  return MakeError(kDenied, "LOG_MISMATCH", "log", "the checkpoint is of another log");
}
absl::Status AnswerMismatch(uint64_t index, std::string_view why) {
  return MakeError(kDenied, "ANSWER_MISMATCH", "events", Entry(index) + " " + std::string(why));
}
absl::Status CertificateRevoked(uint64_t index) {
  return MakeError(kDenied, "CERT_REVOKED", "cert_id",
                   "was revoked when the log took " + Entry(index));
}
absl::Status SignerRevoked() {
  return MakeError(kDenied, "CERT_REVOKED", "signer",
                   "the certificate was revoked when the bundle was signed");
}
absl::Status NotWitnessed(size_t cosignatures, size_t quorum) {
  return MakeError(kDenied, "NOT_WITNESSED", "checkpoint",
                   absl::StrCat("cosigned by ", cosignatures, " of the ", quorum, " asked for"));
}
absl::Status LogEnded(std::string_view log) {
  return MakeError(kDenied, "LOG_ENDED", "checkpoint",
                   "of " + std::string(log) +
                       ", whose key is lost, is beyond what was known of that log when it ended");
}
absl::Status CosignaturesOld(std::string_view newest) {
  return MakeError(kDenied, "COSIGNATURES_OLD", "checkpoint",
                   "the quorum's cosignatures are of " + std::string(newest));
}
absl::Status CounterGap(std::string_view counter, uint64_t expected, uint64_t got) {
  return MakeError(absl::StatusCode::kNotFound, "COUNTER_GAP", counter,
                   absl::StrCat("expected ", expected, ", got ", got, ": events are kept back"));
}
absl::Status EventMissing(uint64_t index) {
  return MakeError(absl::StatusCode::kNotFound, "EVENT_MISSING", "events",
                   Entry(index) + " was not shown");
}
absl::Status EventHidden(uint64_t index) {
  return MakeError(absl::StatusCode::kNotFound, "EVENT_HIDDEN", "events",
                   Entry(index) + " was shown without what its reader is to see of it");
}
absl::Status EventsBehind(uint64_t next, uint64_t size) {
  return MakeError(
      absl::StatusCode::kNotFound, "EVENTS_BEHIND", "events",
      absl::StrCat("shown up to entry ", next, " of ", size, " only: bring the mirror up to date"));
}
absl::Status EntriesLost(std::string_view log, std::string_view entries) {
  return MakeError(absl::StatusCode::kNotFound, "ENTRIES_LOST", "succession",
                   absl::StrCat(std::string(entries), " of ", std::string(log),
                                ", which has ended, may be lost: not here"));
}
absl::Status CertificateMissing(uint64_t index) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "CERTIFICATE_MISSING", "cert_id",
                   "is not known here: " + Entry(index));
}

absl::Status TrustMissing() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "TRUST_MISSING", "--trust",
                   "no authority is believed here: give the federation's root");
}
absl::Status BundleMalformed(std::string_view field, std::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BUNDLE_MALFORMED", field,
                   std::string(field) + " " + std::string(why));
}
absl::Status BundleTooLarge() {
  return MakeError(absl::StatusCode::kResourceExhausted, "BUNDLE_TOO_LARGE", "--since",
                   "a bundle holds 25,000 events and 64 MiB: ask for a shorter time");
}

}  // namespace amana::auditor
