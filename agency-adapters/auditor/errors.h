// What an auditor finds, besides what the client library says (sdk/errors.h).
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace amana::auditor {

// Tampered with: kPermissionDenied.
absl::Status TimeBackwards(uint64_t index);     // TIME_BACKWARDS
absl::Status TimeContradicted(uint64_t index);  // TIME_CONTRADICTED: stamped before it happened
absl::Status CounterRepeated(std::string_view counter, uint64_t index);  // COUNTER_REPEATED
absl::Status OrderIllegal(uint64_t index, std::string_view from, std::string_view to);
absl::Status DisclosedAfterErasure(uint64_t index);  // DISCLOSED_AFTER_ERASURE
absl::Status ErasedUnknown(uint64_t index);          // ERASED_UNKNOWN: it was never accepted
absl::Status ActorMismatch(uint64_t index);          // ACTOR_MISMATCH: not whose certificate it is
absl::Status SignerMismatch();  // SIGNER_MISMATCH: the bundle names another certificate
// BUNDLE_BACKDATED: it holds what is later than the time at which it says that it was signed.
absl::Status BundleBackdated(uint64_t index);
absl::Status StatementMismatch();  // STATEMENT_MISMATCH: its words are not what its evidence says
absl::Status LogMismatch();        // LOG_MISMATCH: it names another log than its checkpoint
// ANSWER_MISMATCH: an event stands in a bundle where, by what it says, it may not.
absl::Status AnswerMismatch(uint64_t index, std::string_view why);

// Not to be believed: kPermissionDenied.
absl::Status CertificateRevoked(uint64_t index);  // CERT_REVOKED when the log took its statement
absl::Status SignerRevoked();                     // CERT_REVOKED when the bundle was signed
absl::Status NotWitnessed(size_t cosignatures, size_t quorum);  // NOT_WITNESSED
absl::Status LogEnded(std::string_view log);  // LOG_ENDED: signed with a lost key, after the end
absl::Status CosignaturesOld(std::string_view newest);  // COSIGNATURES_OLD

// Missing: kNotFound.
absl::Status CounterGap(std::string_view counter, uint64_t expected, uint64_t got);
absl::Status EventMissing(uint64_t index);  // EVENT_MISSING
absl::Status EventHidden(uint64_t index);   // EVENT_HIDDEN: opened too little of it
// ENTRIES_LOST: a log that has ended had them; neither it nor its successor has them here.
absl::Status EntriesLost(std::string_view log, std::string_view entries);
absl::Status EventsBehind(uint64_t next, uint64_t size);  // EVENTS_BEHIND: not shown up to the end
// Cannot be judged here: kFailedPrecondition.
absl::Status CertificateMissing(uint64_t index);  // CERTIFICATE_MISSING
absl::Status TrustMissing();                      // TRUST_MISSING: no authority is believed here
absl::Status BundleMalformed(std::string_view field, std::string_view why);  // BUNDLE_MALFORMED
absl::Status BundleTooLarge();  // BUNDLE_TOO_LARGE: to be made or to be read; ask for less

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_ERRORS_H_
