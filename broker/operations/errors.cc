#include "broker/operations/errors.h"

#include <string>

#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::operations {
namespace {

absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view field,
                   std::string_view message) {
  return MakeError(code, reason, field, std::string(field) + ": " + std::string(message));
}

}  // namespace

absl::Status NotFound(std::string_view field) {
  return Error(absl::StatusCode::kNotFound, "NOT_FOUND", field, "not found");
}
absl::Status Equivocation(std::string_view field) {
  return Error(absl::StatusCode::kAlreadyExists, "EQUIVOCATION", field,
               "other bytes were accepted under this key");
}
absl::Status SenderNotCaller(std::string_view field) {
  return Error(absl::StatusCode::kPermissionDenied, "SENDER_NOT_CALLER", field,
               "must be the calling agency and unit");
}
absl::Status RecipientUnknown(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "RECIPIENT_UNKNOWN", field,
               "not a unit of the directory");
}
absl::Status WrapRecipientMismatch(std::string_view field) {
  return Error(absl::StatusCode::kInvalidArgument, "WRAP_RECIPIENT_MISMATCH", field,
               "not a sealing certificate of the recipient");
}
absl::Status VersionOutOfOrder(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "VERSION_OUT_OF_ORDER", field,
               "must be one more than the newest accepted version");
}
absl::Status HeaderDigestMismatch(std::string_view field) {
  return Error(absl::StatusCode::kInvalidArgument, "HEADER_DIGEST_MISMATCH", field,
               "is not the digest of the accepted header");
}
absl::Status OfferEpochOutdated(std::string_view field) {
  return Error(absl::StatusCode::kAborted, "OFFER_EPOCH_OUTDATED", field,
               "the offer has gone to somebody else or was made anew");
}
absl::Status DeliveryNotLeased(std::string_view field) {
  return Error(absl::StatusCode::kAborted, "DELIVERY_NOT_LEASED", field,
               "the lease has ended; the delivery comes again");
}
absl::Status DeliveryRecalled(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "DELIVERY_RECALLED", field,
               "the delivery was recalled");
}
absl::Status NotCancellable(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "NOT_CANCELLABLE", field,
               "no task of this referral can be cancelled any more");
}
absl::Status AlreadyWithdrawn(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_WITHDRAWN", field,
               "the consent was withdrawn before");
}
absl::Status AlreadyAcknowledged(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "ALREADY_ACKNOWLEDGED", field,
               "the delivery was acknowledged before, in other bytes");
}
absl::Status SignersNotTwo() {
  return Error(absl::StatusCode::kPermissionDenied, "SIGNERS_NOT_TWO", "statements.meta.cert_id",
               "must be of two different persons");
}
absl::Status SignerNotOperator() {
  return Error(absl::StatusCode::kPermissionDenied, "SIGNER_NOT_OPERATOR", "meta.cert_id",
               "must be an operator's certificate");
}
absl::Status TooManyRecords(std::string_view field) {
  return Error(absl::StatusCode::kResourceExhausted, "TOO_MANY_RECORDS", field,
               "at most 256 consents and exclusions of one person from one agency are kept");
}
absl::Status ApproverNotListed() {
  return Error(absl::StatusCode::kPermissionDenied, "APPROVER_NOT_LISTED", "meta.cert_id",
               "the registry does not list this person as an approver");
}
absl::Status ApproverIsSender(std::string_view field) {
  return Error(absl::StatusCode::kPermissionDenied, "APPROVER_IS_SENDER", field,
               "must be another person than who signed the header, with another key");
}
absl::Status ApprovalKeyReused(std::string_view field) {
  return Error(absl::StatusCode::kPermissionDenied, "APPROVAL_KEY_REUSED", field,
               "must be another key than that of an approval that was given");
}
absl::Status ApprovalLapsed(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "APPROVAL_LAPSED", field,
               "must be in the future");
}
absl::Status AlreadyApproved(std::string_view field) {
  return Error(absl::StatusCode::kAlreadyExists, "ALREADY_APPROVED", field,
               "this person has approved it, and the first approval stands");
}
absl::Status AlreadyReviewed(std::string_view field) {
  return Error(absl::StatusCode::kAlreadyExists, "ALREADY_REVIEWED", field,
               "this person has reviewed it, and the first review stands");
}
absl::Status ReviewerIsApprover(std::string_view field) {
  return Error(absl::StatusCode::kPermissionDenied, "REVIEWER_IS_APPROVER", field,
               "must be another person than who approved, with another key");
}
absl::Status NoOverride(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "NO_OVERRIDE", field,
               "nobody has approved an override of this referral");
}
absl::Status ApprovalMismatch(std::string_view field) {
  return Error(absl::StatusCode::kInvalidArgument, "APPROVAL_MISMATCH", field,
               "does not approve this entry");
}
absl::Status SignerNotCoordinator() {
  return Error(absl::StatusCode::kPermissionDenied, "SIGNER_NOT_COORDINATOR", "meta.cert_id",
               "must be a coordinator of a coordinating agency");
}
absl::Status EntryNotAsRegistered(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "ENTRY_NOT_AS_REGISTERED", field,
               "must be the registry's");
}
absl::Status SealingCertificateRefused(std::string_view field, const absl::Status& cause) {
  return Error(absl::StatusCode::kFailedPrecondition, ErrorReason(cause), field,
               std::string(cause.message()));
}
absl::Status PreviousMismatch(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "PREVIOUS_MISMATCH", field,
               "is not the digest of the version before");
}
absl::Status UnitNotListed(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "UNIT_UNKNOWN", field,
               "not a unit of the directory");
}
absl::Status WordOutdated(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "WORD_OUTDATED", field,
               "the unit has said something newer");
}
absl::Status NoCandidate(std::string_view field, v1::RouteGap missing) {
  return Error(absl::StatusCode::kFailedPrecondition, "NO_CANDIDATE", field,
               "nobody may be asked; missing: " + std::string(codes::CodeName(missing)));
}
absl::Status ReferralExpired(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "REFERRAL_EXPIRED", field,
               "its time is over; send a new version");
}
absl::Status NoOffer(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "NO_OFFER", field,
               "nothing is offered to anybody at present");
}
absl::Status OrderOutOfSequence(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "ORDER_OUT_OF_SEQUENCE", field,
               "must be one more than the last order's");
}
absl::Status RouteLoop(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "ROUTE_LOOP", field,
               "has referred the person before: a person's key must sign this");
}
absl::Status FamilyParted(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "FAMILY_PARTED", field,
               "is not where others of the family are: a person's key must sign this");
}
absl::Status UpdateOutOfSequence(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "UPDATE_OUT_OF_SEQUENCE", field,
               "must be one more than the last update's");
}
absl::Status UpdateRecipientMismatch(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "UPDATE_RECIPIENT_MISMATCH", field,
               "for the unit that asked, and its present sealing certificate");
}
absl::Status ConsentDenies(std::string_view field, v1::Reason code) {
  return Error(absl::StatusCode::kFailedPrecondition, codes::CodeName(code), field,
               "consent does not let it go to who asked");
}
absl::Status CoordinatorRequired() {
  return MakeError(absl::StatusCode::kPermissionDenied, "COORDINATOR_REQUIRED", "caller",
                   "for coordinators of a coordinating agency");
}
absl::Status ItemClosed(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "ITEM_CLOSED", field,
               "what was to be done is done");
}
absl::Status SlaNotMissed(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "SLA_NOT_MISSED", field,
               "the recipient's time has not run out");
}
absl::Status StillOwed(std::string_view field) {
  return Error(absl::StatusCode::kFailedPrecondition, "STILL_OWED", field,
               "somebody owes an act on it: have it offered to another, or note what was done");
}
absl::Status FieldInvalid(std::string_view field, std::string_view expected) {
  return Error(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", field,
               "must be " + std::string(expected));
}
absl::Status PseudonymsUnavailable() {
  return MakeError(absl::StatusCode::kUnavailable, "PSEUDONYMS_UNAVAILABLE", "",
                   "the broker cannot read the key that pseudonyms are made with");
}
absl::Status CountTooLarge() {
  return MakeError(absl::StatusCode::kResourceExhausted, "COUNT_TOO_LARGE", "month",
                   "more than is counted for one question: use a mirror");
}
absl::Status NotWitnessed() {
  return MakeError(absl::StatusCode::kUnavailable, "NOT_WITNESSED", "witnessed",
                   "not enough witnesses have cosigned a checkpoint that has it yet");
}
absl::Status ClockNotTrusted() {
  return MakeError(absl::StatusCode::kUnavailable, "CLOCK_NOT_TRUSTED", "",
                   "the broker's clock is not synchronised; nothing that depends on time is done");
}

}  // namespace amana::operations
