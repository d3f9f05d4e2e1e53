#include "agency-adapters/sdk/sender.h"

#include <string>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/keep_once.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/sending_rules.h"
#include "base/status.h"
#include "proto/crypto/random.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

using crypto::Certificate;
using crypto::CertUsage;
using sqlite::Blob;
using sqlite::Database;

constexpr size_t kMaxGrants = 8;

absl::StatusOr<Queued> Keep(Outbox& outbox, const NewEntry& entry) {
  AMANA_ASSIGN_OR_RETURN(const int64_t id, outbox.Add(entry));
  return Queued{id, entry.digest, {}};
}

template <class Message, class Request>
absl::StatusOr<Queued> KeepOnce(Outbox& outbox, const SigningIdentity& signer, absl::Time now,
                                const EntryPurpose& purpose, Message message,
                                v1::SignedEnvelope* (Request::*slot)()) {
  AMANA_ASSIGN_OR_RETURN(const auto kept,
                         KeepEntryOnce(outbox, signer, now, purpose, std::move(message), slot));
  return Queued{kept.first, kept.second, {}};
}

// A draft's recipient as a field: "recipients[2]".
std::string RecipientField(size_t index) { return "recipients[" + std::to_string(index) + "]"; }

// Fills in `recorder` where it is absent.
template <class Message>
absl::Status FillRecorder(const Identity& identity, Message& message) {
  if (message.has_recorder()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const Address self, identity.address());
  *message.mutable_recorder() = ToWire(self);
  return absl::OkStatus();
}

absl::Status FillHeader(const Identity& identity, v1::ReferralHeader& header) {
  if (header.referral_id().empty()) {
    header.set_referral_id(crypto::RandomBytes(ReferralId::kSize));
  }
  if (header.version() == 0) header.set_version(1);
  if (header.has_sender()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const Address self, identity.address());
  *header.mutable_sender() = ToWire(self);
  return absl::OkStatus();
}

// The submission as it was sent.
absl::StatusOr<envelope::ReferralStatement> StatementOf(const OutboxEntry& entry) {
  v1::SubmitRequest request;
  if (!request.ParseFromString(entry.request)) {
    return StoreCorruptError("outbox: a submission does not parse");
  }
  return envelope::ReferralStatement::Create(
      std::move(*request.mutable_submission()->mutable_header()));
}

}  // namespace

absl::Status Sender::CheckPinned(const Certificate& certificate, const Address& address,
                                 std::string_view field) const {
  const crypto::SpiffeId& spiffe = certificate.spiffe();
  if (certificate.usage() != CertUsage::kSealing || spiffe.agency != address.agency ||
      spiffe.unit != address.unit || spiffe.trust_domain != identity_.trust_domain()) {
    return CertificateUnpinned(field, "not a sealing certificate of " + amana::ToString(address));
  }
  absl::Status chain =
      identity_.authorities().Verify(certificate, clock_.Now(), CertUsage::kSealing);
  if (chain.ok()) return chain;
  return CertificateUnpinned(field, "the pinned authorities refuse it: " + ErrorReason(chain));
}

// Taken only with the entry it is from, and a key that is in it.
absl::StatusOr<Candidate> Sender::Believe(const v1::Candidate& offered, const Address& address) {
  constexpr std::string_view kField = "candidates.sealing_certificate";
  AMANA_ASSIGN_OR_RETURN(const Digest digest,
                         Digest::FromBytes(offered.entry_sha256(), "candidates.entry_sha256"));
  AMANA_ASSIGN_OR_RETURN(const HeldEntry held,
                         directory_.Want(address.agency, offered.entry_version(), digest));
  const v1::DirectoryEntry& entry = held.entry.entry();
  for (int i = 0; i < entry.units_size(); ++i) {
    if (entry.units(i).unit() != address.unit.value()) continue;
    for (const Certificate& sealing : held.entry.sealing(i)) {
      if (sealing.der() != offered.sealing_certificate()) continue;
      AMANA_RETURN_IF_ERROR(CheckPinned(sealing, address, kField));
      Candidate candidate{
          address, entry.kind(),   entry.units(i).county(), offered.health_qualified(),
          sealing, entry.version()};
      for (const int reason : offered.reasons()) {
        candidate.reasons.push_back(static_cast<v1::MatchReason>(reason));
      }
      candidate.free = offered.free();
      if (offered.capacity_unix_ms() != 0) {
        candidate.counted = FromUnixMillis(offered.capacity_unix_ms());
      }
      return candidate;
    }
  }
  return SealingNotListed(kField);
}

absl::StatusOr<MatchResult> Sender::Match(v1::MatchRequest request) {
  if (!request.has_sender() && identity_.unit().has_value()) {
    *request.mutable_sender() = ToWire(Address{identity_.agency(), *identity_.unit()});
  }
  AMANA_ASSIGN_OR_RETURN(const v1::MatchResponse response, client_.Call(kMatch, request));
  MatchResult result;
  result.missing = response.missing();
  for (const v1::Candidate& offered : response.candidates()) {
    AMANA_ASSIGN_OR_RETURN(Address address, FromWire(offered.address(), "candidates.address"));
    absl::StatusOr<Candidate> candidate = Believe(offered, address);
    if (candidate.ok()) {
      result.candidates.push_back(*std::move(candidate));
      continue;
    }
    // What no other candidate can mend.
    const absl::Status& why = candidate.status();
    if (absl::IsUnavailable(why) || ErrorReason(why) == "LOG_FORKED") return why;
    result.refused.emplace_back(std::move(address), why);
  }
  return result;
}

absl::StatusOr<MatchResult> Sender::Match(v1::ServiceType service, uint32_t county) {
  v1::MatchRequest request;
  request.set_service(service);
  request.set_county(county);
  return Match(std::move(request));
}

absl::Status Sender::AddCandidate(const Candidate& candidate) {
  AMANA_RETURN_IF_ERROR(CheckPinned(candidate.sealing, candidate.address, "sealing"));
  return mailbox_.Write([&](Database& db) {
    return db.Run(
        "INSERT OR REPLACE INTO candidates(agency, unit, certificate, kind) VALUES(?1, ?2, ?3, ?4)",
        candidate.address.agency.value(), candidate.address.unit.value(),
        Blob(candidate.sealing.der()), candidate.kind);
  });
}

absl::StatusOr<Certificate> Sender::SealingFor(const Address& address, std::string_view field) {
  absl::StatusOr<Certificate> listed = directory_.Sealing(address, clock_.Now(), field);
  if (listed.ok() || ErrorReason(listed.status()) != "RECIPIENT_UNKNOWN") return listed;
  std::string der;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        sqlite::Statement row,
        db.Prepare("SELECT certificate FROM candidates WHERE agency = ?1 AND unit = ?2"));
    row.Bind(address.agency.value(), address.unit.value());
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return RecipientUnknown(field);
    der = row.Bytes(0);
    return absl::OkStatus();
  }));
  AMANA_ASSIGN_OR_RETURN(Certificate certificate, Certificate::FromDer(der));
  // Again, now: it may have expired, or its authority may be pinned no more.
  AMANA_RETURN_IF_ERROR(CheckPinned(certificate, address, field));
  return certificate;
}

absl::StatusOr<QueuedReferral> Sender::Queue(const ReferralDraft& draft) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer,
                         draft.by_person ? identity_.PersonSigner() : identity_.Signer());
  AMANA_RETURN_IF_ERROR(CheckEmbassyContact(draft.header, draft.sections));
  if (draft.consent.has_value()) {
    AMANA_RETURN_IF_ERROR(LearnConsent(draft.header, *draft.consent));
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<v1::ConsentRecord> consent, ConsentOf(draft.header));
  envelope::SubmissionDraft submission;
  submission.header = draft.header;
  AMANA_RETURN_IF_ERROR(FillHeader(identity_, submission.header));
  submission.created = clock_.Now();
  submission.sections = draft.sections;
  submission.order = draft.order;
  QueuedReferral queued;
  for (size_t i = 0; i < draft.recipients.size(); ++i) {
    const DraftRecipient& recipient = draft.recipients[i];
    AMANA_ASSIGN_OR_RETURN(Certificate sealing, SealingFor(recipient.to, RecipientField(i)));
    AMANA_ASSIGN_OR_RETURN(const bool header_only,
                           IsHeaderOnly(recipient.to, consent, RecipientField(i)));
    if (header_only) queued.header_only.push_back(recipient.to);
    submission.recipients.push_back(
        {{recipient.to, std::move(sealing)}, recipient.sections, header_only});
  }
  AMANA_ASSIGN_OR_RETURN(envelope::SealedSubmission sealed,
                         envelope::SealSubmission(submission, signer->key, signer->certificate));
  AMANA_ASSIGN_OR_RETURN(const auto statement,
                         envelope::ReferralStatement::Create(sealed.submission.header()));
  v1::SubmitRequest request;
  *request.mutable_submission() = std::move(sealed.submission);
  NewEntry entry{.kind = EntryKind::kSubmission,
                 .request = request.SerializeAsString(),
                 .digest = statement.digest(),
                 .referral = statement.key(),
                 .urgency = statement.header().urgency(),
                 .queued = submission.created};
  AMANA_ASSIGN_OR_RETURN(queued.entry, outbox_.Add(entry, sealed.keys));
  queued.key = statement.key();
  queued.digest = statement.digest();
  return queued;
}

absl::StatusOr<Queued> Sender::QueueWraps(const StatementKey& referral,
                                          absl::Span<const Address> recipients) {
  if (recipients.empty() || recipients.size() > kMaxGrants) {
    return StatementInvalid("recipients", "must be 1 to 8");
  }
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_ASSIGN_OR_RETURN(const OutboxEntry sent, outbox_.FindSubmission(referral));
  AMANA_ASSIGN_OR_RETURN(const auto statement, StatementOf(sent));
  AMANA_ASSIGN_OR_RETURN(const std::optional<v1::ConsentRecord> consent,
                         ConsentOf(statement.header()));
  AMANA_ASSIGN_OR_RETURN(const std::vector<envelope::SectionKey> keys,
                         outbox_.SectionKeys(referral));
  if (keys.empty()) return StatementInvalid("referral", "its section keys were dropped");
  NewEntry entry{.kind = EntryKind::kGrants,
                 .request = {},
                 .digest = {},
                 .referral = referral,
                 .urgency = sent.urgency,
                 .queued = clock_.Now()};
  std::vector<Address> without;
  v1::AddWrapsRequest request;
  for (size_t i = 0; i < recipients.size(); ++i) {
    AMANA_ASSIGN_OR_RETURN(Certificate sealing, SealingFor(recipients[i], RecipientField(i)));
    AMANA_ASSIGN_OR_RETURN(const bool header_only,
                           IsHeaderOnly(recipients[i], consent, RecipientField(i)));
    if (header_only) without.push_back(recipients[i]);
    AMANA_ASSIGN_OR_RETURN(
        *request.add_grants(),
        envelope::MakeGrant(statement, {recipients[i], std::move(sealing)},
                            header_only ? absl::Span<const envelope::SectionKey>() : keys,
                            signer->key, signer->certificate, entry.queued));
    // The receipt is the last grant's.
    entry.digest = envelope::PayloadDigest(request.grants().rbegin()->envelope());
  }
  entry.request = request.SerializeAsString();
  AMANA_ASSIGN_OR_RETURN(Queued queued, Keep(outbox_, entry));
  queued.header_only = std::move(without);
  return queued;
}

absl::StatusOr<Queued> Sender::QueueCancellation(const StatementKey& referral, v1::Reason reason) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_ASSIGN_OR_RETURN(const OutboxEntry sent, outbox_.FindSubmission(referral));
  v1::Cancellation cancellation;
  *cancellation.mutable_referral() = ToWire(referral);
  cancellation.set_header_digest(sent.digest.bytes());
  cancellation.set_reason(reason);
  AMANA_ASSIGN_OR_RETURN(
      NewEntry entry,
      SignEntry(*signer, clock_.Now(),
                {EntryKind::kCancellation, envelope::kCancellationType, std::nullopt},
                std::move(cancellation), &v1::CancelReferralRequest::mutable_cancellation));
  entry.referral = referral;
  entry.urgency = sent.urgency;
  return Keep(outbox_, entry);
}

absl::StatusOr<Queued> Sender::QueueConsent(v1::ConsentRecord record) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_RETURN_IF_ERROR(FillRecorder(identity_, record));
  AMANA_ASSIGN_OR_RETURN(
      const NewEntry entry,
      SignEntry(*signer, clock_.Now(), {EntryKind::kConsent, envelope::kConsentType, std::nullopt},
                std::move(record), &v1::RegisterConsentRequest::mutable_consent));
  return Keep(outbox_, entry);
}

absl::StatusOr<Queued> Sender::QueueExclusion(v1::Exclusion exclusion) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_RETURN_IF_ERROR(FillRecorder(identity_, exclusion));
  AMANA_ASSIGN_OR_RETURN(
      const NewEntry entry,
      SignEntry(*signer, clock_.Now(),
                {EntryKind::kExclusion, envelope::kExclusionType, std::nullopt},
                std::move(exclusion), &v1::RegisterExclusionRequest::mutable_exclusion));
  return Keep(outbox_, entry);
}

absl::StatusOr<Queued> Sender::QueueWithdrawal(v1::Withdrawal withdrawal) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_RETURN_IF_ERROR(FillRecorder(identity_, withdrawal));
  AMANA_ASSIGN_OR_RETURN(
      const NewEntry entry,
      SignEntry(*signer, clock_.Now(),
                {EntryKind::kWithdrawal, envelope::kWithdrawalType, std::nullopt},
                std::move(withdrawal), &v1::WithdrawConsentRequest::mutable_withdrawal));
  return Keep(outbox_, entry);
}

absl::StatusOr<Queued> Sender::QueueRedrive(v1::Redrive redrive) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_ASSIGN_OR_RETURN(const DeliveryKey key, FromWire(redrive.delivery(), "delivery"));
  AMANA_ASSIGN_OR_RETURN(
      NewEntry entry,
      SignEntry(*signer, clock_.Now(), {EntryKind::kRedrive, envelope::kRedriveType, std::nullopt},
                std::move(redrive), &v1::RedriveDeliveryRequest::mutable_redrive));
  entry.referral = key.referral;
  return Keep(outbox_, entry);
}

absl::StatusOr<Queued> Sender::QueueAttachment(const StatementKey& referral,
                                               v1::ConsentRef consent) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_ASSIGN_OR_RETURN(const OutboxEntry sent, outbox_.FindSubmission(referral));
  v1::ConsentAttachment attachment;
  *attachment.mutable_referral() = ToWire(referral);
  attachment.set_header_digest(sent.digest.bytes());
  *attachment.mutable_consent() = std::move(consent);
  return KeepOnce(outbox_, *signer, clock_.Now(),
                  {EntryKind::kAttachment, envelope::kConsentAttachmentType, referral},
                  std::move(attachment), &v1::AttachConsentRequest::mutable_attachment);
}

absl::StatusOr<Queued> Sender::QueueApproval(v1::OverrideApproval approval) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key, FromWire(approval.referral(), "referral"));
  if (!approval.has_approver()) {
    AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
    *approval.mutable_approver() = ToWire(self);
  }
  return KeepOnce(outbox_, *signer, clock_.Now(),
                  {EntryKind::kApproval, envelope::kOverrideApprovalType, key}, std::move(approval),
                  &v1::ApproveOverrideRequest::mutable_approval);
}

absl::StatusOr<Queued> Sender::QueueReview(v1::OverrideReview review) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key, FromWire(review.referral(), "referral"));
  if (!review.has_reviewer()) {
    AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
    *review.mutable_reviewer() = ToWire(self);
  }
  return KeepOnce(outbox_, *signer, clock_.Now(),
                  {EntryKind::kReview, envelope::kOverrideReviewType, key}, std::move(review),
                  &v1::ReviewOverrideRequest::mutable_review);
}

absl::StatusOr<Queued> Sender::QueueMismatch(v1::Mismatch mismatch) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.PersonSigner());
  AMANA_ASSIGN_OR_RETURN(const DeliveryKey key, FromWire(mismatch.delivery(), "delivery"));
  if (!mismatch.has_recipient()) {
    AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
    *mismatch.mutable_recipient() = ToWire(self);
  }
  return KeepOnce(outbox_, *signer, clock_.Now(),
                  {EntryKind::kMismatch, envelope::kMismatchType, key.referral},
                  std::move(mismatch), &v1::ReportMismatchRequest::mutable_mismatch);
}

}  // namespace amana::sdk
