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
