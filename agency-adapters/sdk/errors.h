// The error catalogue of the client library, and what a program may conclude from an error. What
// the broker refuses comes back under the broker's own reason and field; the functions here are for
// what this side finds. A forged proof or an unpinned certificate is a refusal (kPermissionDenied),
// never retryable as is. Messages name fields, agencies and codes, never content.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_SDK_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "base/ids.h"

namespace amana::sdk {

// --- the wire
// A call that ended without the broker's judgement. By code: BROKER_UNREACHABLE (kUnavailable),
// BROKER_TIMEOUT (kDeadlineExceeded), CALL_CANCELLED (kCancelled), CALL_FAILED for every other.
absl::Status CallFailed(absl::StatusCode code, std::string_view message);
absl::Status ResponseMalformed(std::string_view method);  // RESPONSE_MALFORMED, kInternal
// READ_TIMEOUT, kDeadlineExceeded: nothing came in time; the stream lives on.
absl::Status ReadTimeout();
absl::Status StreamClosed();  // STREAM_CLOSED, kUnavailable: it ended, or this side closed it

// --- trust
absl::Status IdentityInvalid(std::string_view field, std::string_view why);  // IDENTITY_INVALID
absl::Status SigningKeyMissing();  // SIGNING_KEY_MISSING, kFailedPrecondition
absl::Status PersonKeyMissing();   // PERSON_KEY_MISSING, kFailedPrecondition
absl::Status CertificateUnpinned(std::string_view field, std::string_view why);
absl::Status RecipientUnknown(std::string_view field);  // RECIPIENT_UNKNOWN, kNotFound
absl::Status ReceiptMismatch(std::string_view field);   // RECEIPT_MISMATCH: of another event
// HANDOVER_MISMATCH: the broker shows a handover that its own steps do not add up to.
absl::Status HandoverMismatch(std::string_view field);
absl::Status EventInvalid(std::string_view field, std::string_view expected);  // EVENT_INVALID
absl::Status RecallNotInLog();  // RECALL_NOT_IN_LOG: the log shows no such recall
// LOG_FORKED: two signed checkpoints that no one append-only log has. Evidence; tell an auditor.
// RECEIPT_NOT_WITNESSED: evidence that is short of what was asked for.
absl::Status ReceiptNotWitnessed(size_t cosignatures, size_t quorum);
absl::Status LogForked(uint64_t size_a, uint64_t size_b);
// LOG_TAMPERED: entries that are not those the checkpoint signs.
absl::Status LogTampered(std::string_view what);
// LOG_INCOMPLETE, kNotFound: a file of the mirror is missing, or the mirror is behind.
absl::Status LogIncomplete(std::string_view what);

// --- the directory, all kPermissionDenied
// ENTRY_UNTRUSTED: signed or approved by nobody whose word counts.
absl::Status EntryUntrusted(std::string_view field, std::string_view why);
// ENTRY_ROLLED_BACK: the broker offers an older version than it had offered.
absl::Status EntryRolledBack(std::string_view agency, uint32_t offered, uint32_t held);
// ENTRY_EQUIVOCATED: two entries under one version. Evidence; tell an auditor.
absl::Status EntryEquivocated(std::string_view agency, uint32_t version);
// ENTRY_HISTORY_BROKEN: a version does not name the one before it.
absl::Status EntryHistoryBroken(std::string_view agency, uint32_t version);
absl::Status EntryMismatch(std::string_view agency);  // ENTRY_MISMATCH: not the one that was named
// SEALING_NOT_LISTED: a key that is not in the entry
absl::Status SealingNotListed(std::string_view field);
// NOTICE_INVALID: a notice that is not what it says it is.
absl::Status NoticeInvalid(std::string_view field, std::string_view why);
// NOTICE_GAP: an event was kept back from this agency. Evidence; tell an auditor.
absl::Status NoticeGap(std::string_view counter, uint64_t expected, uint64_t got);

// WRAP_NOT_ALLOWED, kFailedPrecondition: [wraps] in agency.toml does not let it be sealed to
// unasked.
absl::Status WrapNotAllowed(const Address& recipient);

// EMBASSY_PROHIBITED, kFailedPrecondition: an embassy must not be told of this person.
absl::Status EmbassyProhibited();
// RECIPIENT_KIND_UNKNOWN, kFailedPrecondition: nobody here knows whether it is an immigration
// authority, nor what the person has consented to.
absl::Status RecipientKindUnknown(std::string_view field);
// RECIPIENT_NOT_NAMED, kFailedPrecondition: an immigration authority that the consent does not
// name.
absl::Status RecipientNotNamed(std::string_view field);

// --- the mailbox
absl::Status ConsentMissing(std::string_view why);  // CONSENT_MISSING, kNotFound
// SUBMISSION_PENDING, kUnavailable: what this is about has not been accepted yet.
absl::Status SubmissionPending();
absl::Status EntryUnknown(std::string_view field);  // ENTRY_UNKNOWN, kNotFound
absl::Status ContentErased();                       // CONTENT_ERASED, kFailedPrecondition
absl::Status StatementInvalid(std::string_view field, std::string_view why);  // STATEMENT_INVALID
absl::Status MailboxBusy(std::string_view folder);  // MAILBOX_BUSY, kUnavailable

// Whether the broker judged the statement and will judge the same bytes alike for ever. False for
// everything that another attempt, a mended registration or a set clock may cure.
bool IsFinalRefusal(const absl::Status& status);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_ERRORS_H_
