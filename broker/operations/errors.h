// The errors of this room. Field names are those of the request.
#ifndef AMANA_BROKER_OPERATIONS_ERRORS_H_
#define AMANA_BROKER_OPERATIONS_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"
#include "amana/v1/codes.pb.h"

namespace amana::operations {

// Absent and not the caller's to see are the same.
absl::Status NotFound(std::string_view field);
// Other bytes under a key that was accepted before.
absl::Status Equivocation(std::string_view field);
absl::Status SenderNotCaller(std::string_view field);
absl::Status RecipientUnknown(std::string_view field);
// The wrapped-for certificate is not a sealing certificate of the grant's recipient.
absl::Status WrapRecipientMismatch(std::string_view field);
// A version must be the next one.
absl::Status VersionOutOfOrder(std::string_view field);
// The digest in an answer is not that of the accepted header.
absl::Status HeaderDigestMismatch(std::string_view field);
// An answer for an older offer, or one whose lease has ended.
absl::Status OfferEpochOutdated(std::string_view field);
absl::Status DeliveryNotLeased(std::string_view field);
absl::Status DeliveryRecalled(std::string_view field);
// Another statement has acknowledged it; the delivery does not come again.
absl::Status AlreadyAcknowledged(std::string_view field);
absl::Status SignerNotOperator();
// Two persons are asked for, each with a key of their own.
absl::Status SignersNotTwo();  // kPermissionDenied SIGNERS_NOT_TWO
// Nothing of the referral can be cancelled any more.
absl::Status NotCancellable(std::string_view field);
absl::Status AlreadyWithdrawn(std::string_view field);
// This agency has recorded as much of this person as is kept of one.
absl::Status TooManyRecords(std::string_view field);
// The registry lets this person approve, review or hold nothing.
absl::Status ApproverNotListed();
// The header is signed by the same person or key.
absl::Status ApproverIsSender(std::string_view field);
// Another person has approved it with this key.
absl::Status ApprovalKeyReused(std::string_view field);
absl::Status ApprovalLapsed(std::string_view field);
// This person's first approval or review stands.
absl::Status AlreadyApproved(std::string_view field);
absl::Status AlreadyReviewed(std::string_view field);
// A reviewer has approved nothing of it.
absl::Status ReviewerIsApprover(std::string_view field);
// The header asks for no override, or nobody has approved one.
absl::Status NoOverride(std::string_view field);
// --- the directory
// The approval is of another entry.
absl::Status ApprovalMismatch(std::string_view field);
// kPermissionDenied SIGNER_NOT_COORDINATOR: not a coordinator of a coordinating agency.
absl::Status SignerNotCoordinator();
// The registry has another kind or country of the agency.
absl::Status EntryNotAsRegistered(std::string_view field);
// A sealing certificate that nothing can be sealed to; under the reason of `cause`.
absl::Status SealingCertificateRefused(std::string_view field, const absl::Status& cause);
// The version before this one has another digest.
absl::Status PreviousMismatch(std::string_view field);
// In no entry of the directory.
absl::Status UnitNotListed(std::string_view field);  // UNIT_UNKNOWN
// The unit has said something newer.
absl::Status WordOutdated(std::string_view field);
// There is nobody (else) who may be asked; says what is missing.
absl::Status NoCandidate(std::string_view field, v1::RouteGap missing);
// Its time, which its sender signed, is over: a new version is what begins again.
absl::Status ReferralExpired(std::string_view field);
// Nothing is offered to anybody at present.
absl::Status NoOffer(std::string_view field);
// An order of candidates must be the next one.
absl::Status OrderOutOfSequence(std::string_view field);
// Such a header is signed by a person's key: it names an agency that the person came from, or
// another place than the one where others of the family are.
absl::Status RouteLoop(std::string_view field);     // ROUTE_LOOP
absl::Status FamilyParted(std::string_view field);  // FAMILY_PARTED
// An update must be the next one.
absl::Status UpdateOutOfSequence(std::string_view field);
// An update is sealed to who asked, by the certificate that its entry has now, and to nobody else.
absl::Status UpdateRecipientMismatch(std::string_view field);
// What is added may not go to who asked; under the name of the consent's code.
absl::Status ConsentDenies(std::string_view field, v1::Reason code);
// Of a coordinating agency, by its coordinator's certificate.
absl::Status CoordinatorRequired();
// The item is closed: what was to be done is done.
absl::Status ItemClosed(std::string_view field);
// A coordinator takes an offer away only when its recipient has missed its time.
absl::Status SlaNotMissed(std::string_view field);
// A coordinator closes an item whose clock runs, or has run out: nobody else would follow it.
absl::Status StillOwed(std::string_view field);
absl::Status FieldInvalid(std::string_view field, std::string_view expected);
// The kernel's clock is not synchronised, so nothing that depends on time is accepted.
absl::Status ClockNotTrusted();
// The secret that they are made from cannot be read: kUnavailable PSEUDONYMS_UNAVAILABLE.
absl::Status PseudonymsUnavailable();
// kResourceExhausted COUNT_TOO_LARGE.
absl::Status CountTooLarge();
// NOT_WITNESSED: kUnavailable, since it will be.
absl::Status NotWitnessed();

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ERRORS_H_
