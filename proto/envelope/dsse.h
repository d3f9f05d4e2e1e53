// DSSE v1 (secure-systems-lab/dsse, protocol.md) with exactly one signature: ECDSA P-256 with
// SHA-256, DER, over PAE(payload type, payload). Everything here is thread-safe and pure.
#ifndef AMANA_PROTO_ENVELOPE_DSSE_H_
#define AMANA_PROTO_ENVELOPE_DSSE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/crypto/ecdsa.h"

namespace amana::v1 {
class SignedEnvelope;
}

namespace amana::envelope {

// The payload type of each statement of amana/v1/*.proto.
inline constexpr std::string_view kReferralType = "application/vnd.amana.referral.v1+protobuf";
inline constexpr std::string_view kWrapGrantType = "application/vnd.amana.wrap-grant.v1+protobuf";
inline constexpr std::string_view kCancellationType =
    "application/vnd.amana.cancellation.v1+protobuf";
inline constexpr std::string_view kConsentType = "application/vnd.amana.consent.v1+protobuf";
inline constexpr std::string_view kExclusionType = "application/vnd.amana.exclusion.v1+protobuf";
inline constexpr std::string_view kWithdrawalType = "application/vnd.amana.withdrawal.v1+protobuf";
inline constexpr std::string_view kAcknowledgementType =
    "application/vnd.amana.acknowledgement.v1+protobuf";
inline constexpr std::string_view kSeenType = "application/vnd.amana.seen.v1+protobuf";
inline constexpr std::string_view kDecisionType = "application/vnd.amana.decision.v1+protobuf";
inline constexpr std::string_view kRecallAnswerType =
    "application/vnd.amana.recall-answer.v1+protobuf";
inline constexpr std::string_view kConsentAttachmentType =
    "application/vnd.amana.consent-attachment.v1+protobuf";
inline constexpr std::string_view kOverrideApprovalType =
    "application/vnd.amana.override-approval.v1+protobuf";
inline constexpr std::string_view kOverrideReviewType =
    "application/vnd.amana.override-review.v1+protobuf";
inline constexpr std::string_view kMismatchType = "application/vnd.amana.mismatch.v1+protobuf";
inline constexpr std::string_view kLegalHoldType = "application/vnd.amana.legal-hold.v1+protobuf";
inline constexpr std::string_view kCandidateOrderType =
    "application/vnd.amana.candidate-order.v1+protobuf";
inline constexpr std::string_view kQuestionType = "application/vnd.amana.question.v1+protobuf";
inline constexpr std::string_view kStartType = "application/vnd.amana.start.v1+protobuf";
inline constexpr std::string_view kOutcomeType = "application/vnd.amana.outcome.v1+protobuf";
inline constexpr std::string_view kUpdateType = "application/vnd.amana.update.v1+protobuf";
inline constexpr std::string_view kRerouteType = "application/vnd.amana.reroute.v1+protobuf";
inline constexpr std::string_view kCallRecordType = "application/vnd.amana.call-record.v1+protobuf";
inline constexpr std::string_view kCoordinatorActType =
    "application/vnd.amana.coordinator-act.v1+protobuf";
inline constexpr std::string_view kDirectoryEntryType =
    "application/vnd.amana.directory-entry.v1+protobuf";
inline constexpr std::string_view kDirectoryApprovalType =
    "application/vnd.amana.directory-approval.v1+protobuf";
inline constexpr std::string_view kCapacityReportType =
    "application/vnd.amana.capacity-report.v1+protobuf";
inline constexpr std::string_view kDutyRosterType = "application/vnd.amana.duty-roster.v1+protobuf";
inline constexpr std::string_view kRedriveType = "application/vnd.amana.redrive.v1+protobuf";
inline constexpr std::string_view kHandoverStepType =
    "application/vnd.amana.handover-step.v1+protobuf";
inline constexpr std::string_view kCustodyReportType = "application/vnd.amana.custody.v1+protobuf";

// "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload, lengths in decimal.
std::string PreAuthEncoding(std::string_view payload_type, std::string_view payload);

// Signs `payload` as it is. CRYPTO_FAILED only.
absl::StatusOr<v1::SignedEnvelope> SignStatement(std::string_view payload_type, std::string payload,
                                                 const crypto::EcdsaPrivateKey& key);

// OK when the envelope's signature is `key`'s, else SIGNATURE_INVALID (also for an empty one, as
// companions have: they are never verified this way). Whether `key` may speak is the caller's to
// decide. Copies nothing.
absl::Status VerifyEnvelope(const v1::SignedEnvelope& envelope, const crypto::EcdsaPublicKey& key);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_DSSE_H_
