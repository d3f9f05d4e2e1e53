// The errors of this room. Field names are those of the request.
#ifndef AMANA_BROKER_OPERATIONS_ERRORS_H_
#define AMANA_BROKER_OPERATIONS_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

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
absl::Status FieldInvalid(std::string_view field, std::string_view expected);
// The kernel's clock is not synchronised, so nothing that depends on time is accepted.
absl::Status ClockNotTrusted();

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_ERRORS_H_
