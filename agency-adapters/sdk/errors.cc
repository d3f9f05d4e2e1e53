#include "agency-adapters/sdk/errors.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/status.h"

namespace amana::sdk {
namespace {

using absl::StatusCode;

std::string Join(std::string_view a, std::string_view b) {
  return std::string(a) + ": " + std::string(b);
}

std::string_view ReasonOfCall(StatusCode code) {
  switch (code) {
    case StatusCode::kUnavailable:
      return "BROKER_UNREACHABLE";
    case StatusCode::kDeadlineExceeded:
      return "BROKER_TIMEOUT";
    case StatusCode::kCancelled:
      return "CALL_CANCELLED";
    default:
      return "CALL_FAILED";
  }
}

}  // namespace

absl::Status CallFailed(StatusCode code, std::string_view message) {
  return MakeError(code, ReasonOfCall(code), "", Join("the call failed", message));
}

absl::Status ResponseMalformed(std::string_view method) {
  return MakeError(StatusCode::kInternal, "RESPONSE_MALFORMED", "",
                   Join(method, "the answer is not a message of its type"));
}

absl::Status ReadTimeout() {
  return MakeError(StatusCode::kDeadlineExceeded, "READ_TIMEOUT", "", "no message came in time");
}

absl::Status StreamClosed() {
  return MakeError(StatusCode::kUnavailable, "STREAM_CLOSED", "", "the stream has ended");
}

absl::Status IdentityInvalid(std::string_view field, std::string_view why) {
  return MakeError(StatusCode::kFailedPrecondition, "IDENTITY_INVALID", field, Join(field, why));
}

absl::Status SigningKeyMissing() {
  return MakeError(StatusCode::kFailedPrecondition, "SIGNING_KEY_MISSING", "signing",
                   "signing: no signing key and certificate here");
}

absl::Status PersonKeyMissing() {
  return MakeError(StatusCode::kFailedPrecondition, "PERSON_KEY_MISSING", "person",
                   "person: this needs a person's signing key and certificate");
}

absl::Status CertificateUnpinned(std::string_view field, std::string_view why) {
  return MakeError(StatusCode::kPermissionDenied, "CERTIFICATE_UNPINNED", field, Join(field, why));
}

absl::Status RecipientUnknown(std::string_view field) {
  return MakeError(StatusCode::kNotFound, "RECIPIENT_UNKNOWN", field,
                   Join(field, "no sealing certificate is known; ask Match first"));
}

absl::Status HandoverMismatch(std::string_view field) {
  return MakeError(StatusCode::kPermissionDenied, "HANDOVER_MISMATCH", field,
                   std::string(field) + ": does not follow from the handover's own steps");
}
absl::Status ReceiptMismatch(std::string_view field) {
  return MakeError(StatusCode::kPermissionDenied, "RECEIPT_MISMATCH", field,
                   Join(field, "the receipt is of another event"));
}

absl::Status EventInvalid(std::string_view field, std::string_view expected) {
  return MakeError(StatusCode::kInvalidArgument, "EVENT_INVALID", field,
                   Join(field, "expected " + std::string(expected)));
}

absl::Status RecallNotInLog() {
  return MakeError(StatusCode::kPermissionDenied, "RECALL_NOT_IN_LOG", "item",
                   "item: the log shows no recall of it");
}

absl::Status ReceiptNotWitnessed(size_t cosignatures, size_t quorum) {
  return MakeError(absl::StatusCode::kPermissionDenied, "RECEIPT_NOT_WITNESSED", "receipt",
                   std::to_string(cosignatures) + " of the witnesses believed here have cosigned " +
                       "its checkpoint, " + std::to_string(quorum) + " are wanted");
}
absl::Status LogForked(uint64_t size_a, uint64_t size_b) {
  return MakeError(StatusCode::kPermissionDenied, "LOG_FORKED", "checkpoint",
                   "checkpoint: the signed ones of sizes " + std::to_string(size_a) + " and " +
                       std::to_string(size_b) + " are not of one log");
}

absl::Status LogTampered(std::string_view what) {
  return MakeError(StatusCode::kPermissionDenied, "LOG_TAMPERED", what,
                   Join(what, "is not what the checkpoint signs"));
}

absl::Status LogIncomplete(std::string_view what) {
  return MakeError(StatusCode::kNotFound, "LOG_INCOMPLETE", what, Join(what, "is missing"));
}

absl::Status EntryUntrusted(std::string_view field, std::string_view why) {
  return MakeError(StatusCode::kPermissionDenied, "ENTRY_UNTRUSTED", field, Join(field, why));
}

absl::Status EntryRolledBack(std::string_view agency, uint32_t offered, uint32_t held) {
  return MakeError(StatusCode::kPermissionDenied, "ENTRY_ROLLED_BACK", "entry.version",
                   Join(agency, "version " + std::to_string(offered) +
                                    " of its entry was offered, and version " +
                                    std::to_string(held) + " before"));
}

absl::Status EntryEquivocated(std::string_view agency, uint32_t version) {
  return MakeError(StatusCode::kPermissionDenied, "ENTRY_EQUIVOCATED", "entry",
                   Join(agency, "two entries under version " + std::to_string(version)));
}

absl::Status EntryHistoryBroken(std::string_view agency, uint32_t version) {
  return MakeError(StatusCode::kPermissionDenied, "ENTRY_HISTORY_BROKEN", "entry.previous_sha256",
                   Join(agency, "version " + std::to_string(version) +
                                    " of its entry is not the one that the next one names"));
}

absl::Status EntryMismatch(std::string_view agency) {
  return MakeError(StatusCode::kPermissionDenied, "ENTRY_MISMATCH", "entry",
                   Join(agency, "the broker gave another entry than it had named"));
}

absl::Status SealingNotListed(std::string_view field) {
  return MakeError(StatusCode::kPermissionDenied, "SEALING_NOT_LISTED", field,
                   Join(field, "the key is not in the agency's entry"));
}

absl::Status NoticeInvalid(std::string_view field, std::string_view why) {
  return MakeError(absl::StatusCode::kPermissionDenied, "NOTICE_INVALID", field,
                   std::string(field) + ": " + std::string(why));
}
absl::Status EmbassyProhibited() {
  return MakeError(StatusCode::kFailedPrecondition, "EMBASSY_PROHIBITED",
                   "assertions.embassy_contact",
                   "DEMOGRAPHIC does not say that the person is no asylum seeker, refugee or "
                   "stateless");
}
absl::Status RecipientNotNamed(std::string_view field) {
  return MakeError(StatusCode::kFailedPrecondition, "RECIPIENT_NOT_NAMED", field,
                   "an immigration authority gets sections only where the consent names it");
}
absl::Status RecipientKindUnknown(std::string_view field) {
  return MakeError(StatusCode::kFailedPrecondition, "RECIPIENT_KIND_UNKNOWN", field,
                   "may be an immigration authority that the consent does not name");
}
absl::Status WrapNotAllowed(const Address& recipient) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "WRAP_NOT_ALLOWED", "recipient",
                   "[wraps] does not allow sealing to " + ToString(recipient) + " unasked");
}
absl::Status NoticeGap(std::string_view counter, uint64_t expected, uint64_t got) {
  return MakeError(
      absl::StatusCode::kPermissionDenied, "NOTICE_GAP", counter,
      "notice " + std::to_string(expected) + " was kept back: " + std::to_string(got) + " came");
}
absl::Status ConsentMissing(std::string_view why) {
  return MakeError(absl::StatusCode::kNotFound, "CONSENT_MISSING", "consent", why);
}

absl::Status SubmissionPending() {
  return MakeError(StatusCode::kUnavailable, "SUBMISSION_PENDING", "referral",
                   "referral: waits until the statement before it is accepted");
}

absl::Status EntryUnknown(std::string_view field) {
  return MakeError(StatusCode::kNotFound, "ENTRY_UNKNOWN", field,
                   Join(field, "not in this mailbox"));
}

absl::Status ContentErased() {
  return MakeError(StatusCode::kFailedPrecondition, "CONTENT_ERASED", "",
                   "recalled: the content was deleted");
}

absl::Status StatementInvalid(std::string_view field, std::string_view why) {
  return MakeError(StatusCode::kInvalidArgument, "STATEMENT_INVALID", field, Join(field, why));
}

absl::Status MailboxBusy(std::string_view folder) {
  return MakeError(StatusCode::kUnavailable, "MAILBOX_BUSY", "",
                   Join(folder, "another program holds the mailbox"));
}

bool IsFinalRefusal(const absl::Status& status) {
  // These are about the caller, the moment or the wire, not about the statement; all other
  // judgements carry a reason of the broker's.
  static constexpr std::array<std::string_view, 9> kCurable = {
      "BROKER_UNREACHABLE", "BROKER_TIMEOUT",    "CALL_CANCELLED",
      "CALL_FAILED",        "STREAM_CLOSED",     "ROLE_NOT_REGISTERED",
      "UNIT_UNKNOWN",       "CREATED_IN_FUTURE", "SIGNER_NOT_YET_VALID"};
  const std::string reason = ErrorReason(status);
  if (reason.empty() || std::find(kCurable.begin(), kCurable.end(), reason) != kCurable.end()) {
    return false;
  }
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kPermissionDenied:
    case StatusCode::kAlreadyExists:
    case StatusCode::kNotFound:
    case StatusCode::kOutOfRange:
      return true;
    case StatusCode::kAborted:  // the offer has gone on; a lost lease comes again
      return reason == "OFFER_EPOCH_OUTDATED" || reason == "HANDOVER_STEP_OUTDATED" ||
             reason == "CUSTODY_OUTDATED";
    default:
      return false;
  }
}

}  // namespace amana::sdk
