// What follows a referral, and what persons sign.
#include <gtest/gtest.h>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/sender_for_test.h"
#include "base/status.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

TEST_F(SenderTest, StatementsAreSignedAndFilledIn) {
  const QueuedReferral referral = Queue();
  AMANA_ASSERT_OK(sender_->QueueCancellation(referral.key, v1::REASON_SENT_IN_ERROR));
  v1::ConsentRecord consent;
  consent.set_consent_id(std::string(16, 'c'));
  AMANA_ASSERT_OK(sender_->QueueConsent(consent));
  v1::Exclusion exclusion;
  exclusion.set_exclusion_id(std::string(16, 'e'));
  AMANA_ASSERT_OK(sender_->QueueExclusion(exclusion));
  AMANA_ASSERT_OK(sender_->QueueWithdrawal(v1::Withdrawal()));
  const FlushReport report = sender_->Flush().value();
  EXPECT_EQ(report.accepted, 5u) << report.trouble;

  v1::CancelReferralRequest cancel;
  ASSERT_TRUE(cancel.ParseFromString(broker_.requests(kCancelReferral.method)[0]));
  v1::Cancellation cancellation;
  ASSERT_TRUE(cancellation.ParseFromString(cancel.cancellation().payload()));
  EXPECT_EQ(cancellation.header_digest(), referral.digest.view());
  v1::RegisterConsentRequest consented;
  ASSERT_TRUE(consented.ParseFromString(broker_.requests(kRegisterConsent.method)[0]));
  AMANA_EXPECT_OK(envelope::VerifyEnvelope(consented.consent(),
                                           envelope::SampleSigner().certificate.public_key()));
  ASSERT_TRUE(consent.ParseFromString(consented.consent().payload()));
  EXPECT_EQ(consent.recorder().unit(), "desk");
  EXPECT_EQ(consent.meta().created_unix_ms(), ToUnixMillis(clock_.Now()));

  EXPECT_EQ(ErrorReason(sender_->QueueRedrive(v1::Redrive()).status()), "PERSON_KEY_MISSING");
  StatementKey unknown = referral.key;
  unknown.version = 9;
  EXPECT_EQ(ErrorReason(sender_->QueueCancellation(unknown, v1::REASON_SENT_IN_ERROR).status()),
            "ENTRY_UNKNOWN");
}

v1::ConsentRef RefOf(char id, uint32_t version) {
  v1::ConsentRef ref;
  ref.set_consent_id(std::string(16, id));
  ref.set_version(version);
  ref.set_digest(std::string(32, 'd'));
  return ref;
}

TEST_F(SenderTest, AnAttachmentNamesTheHeaderAndIsSaidOnce) {
  const QueuedReferral referral = Queue();
  const int64_t entry = sender_->QueueAttachment(referral.key, RefOf('c', 2))->entry;
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(sender_->QueueAttachment(referral.key, RefOf('c', 2))->entry, entry);
  EXPECT_NE(sender_->QueueAttachment(referral.key, RefOf('c', 3))->entry, entry);
  broker_.LoseAnswer(kAttachConsent.method);
  sender_->Flush().value();
  EXPECT_EQ(StateOf(entry), EntryState::kPending);
  sender_->Flush().value();
  EXPECT_EQ(StateOf(entry), EntryState::kAccepted);
  const auto sent = broker_.requests(kAttachConsent.method);
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[0], sent[1]) << "resent verbatim";

  v1::AttachConsentRequest request;
  v1::ConsentAttachment attachment;
  ASSERT_TRUE(request.ParseFromString(sent[0]));
  AMANA_EXPECT_OK(envelope::VerifyEnvelope(request.attachment(),
                                           envelope::SampleSigner().certificate.public_key()));
  ASSERT_TRUE(attachment.ParseFromString(request.attachment().payload()));
  EXPECT_EQ(attachment.header_digest(), referral.digest.view());
  EXPECT_EQ(attachment.consent().version(), 2u);

  StatementKey unknown = referral.key;
  unknown.version = 9;
  EXPECT_EQ(ErrorReason(sender_->QueueAttachment(unknown, RefOf('c', 2)).status()),
            "ENTRY_UNKNOWN");
}

TEST_F(SenderTest, AnAttachmentWaitsForTheReferralAndForTheConsent) {
  const QueuedReferral referral = Queue();
  v1::ConsentRecord consent;
  consent.set_consent_id(std::string(16, 'c'));
  const int64_t registered = sender_->QueueConsent(consent)->entry;
  const int64_t attached = sender_->QueueAttachment(referral.key, RefOf('c', 1))->entry;
  const auto wait = [&](int64_t before) {
    EXPECT_EQ(sender_->Send(attached)->reason, "SUBMISSION_PENDING");
    EXPECT_TRUE(broker_.requests(kAttachConsent.method).empty());
    EXPECT_EQ(sender_->Send(before)->state, EntryState::kAccepted);
  };
  wait(referral.entry);
  wait(registered);
  EXPECT_EQ(sender_->Send(attached)->state, EntryState::kAccepted);
}

// What persons sign, by haven's caseworker.
class PersonSenderTest : public SenderTest {
 protected:
  PersonSenderTest() : person_(shelter_, *client_, *mailbox_, clock_) {
    *approval_.mutable_referral() = ToWire(key_);
    approval_.set_header_digest(std::string(32, 'h'));
    approval_.set_basis(v1::LEGAL_BASIS_VITAL_INTEREST);
    approval_.set_reason_sha256(std::string(32, 'r'));
    *review_.mutable_referral() = ToWire(key_);
    review_.set_header_digest(std::string(32, 'h'));
    review_.set_upheld(true);
    *mismatch_.mutable_delivery() = ToWire(DeliveryKey{key_, 0, 1, v1::DISCLOSURE_STAGE_AT_OFFER});
    mismatch_.set_header_digest(std::string(32, 'h'));
    mismatch_.set_kind(v1::MISMATCH_KIND_CONTENT);
    mismatch_.set_category(v1::CATEGORY_RISK);
    mismatch_.set_found(v1::CATEGORY_MEDICAL);
  }

  const StatementKey key_ = {AgencyId::Create("police-a").value(),
                             ReferralId::FromBytes(std::string(16, 'r')).value(), 1};
  const Identity shelter_ = testing::ShelterIdentity(broker_.log());
  Sender person_;
  v1::OverrideApproval approval_;
  v1::OverrideReview review_;
  v1::Mismatch mismatch_;
};

TEST_F(PersonSenderTest, ApprovalsReviewsAndMismatchesAreSignedByThePersonAndProven) {
  const int64_t approved = person_.QueueApproval(approval_)->entry;
  const int64_t reviewed = person_.QueueReview(review_)->entry;
  const int64_t mismatch = person_.QueueMismatch(mismatch_)->entry;
  const FlushReport report = person_.Flush().value();
  EXPECT_EQ(report.accepted, 3u) << report.trouble;
  EXPECT_EQ(KindName(person_.outbox().Get(approved)->kind), "override-approval");
  EXPECT_EQ(KindName(person_.outbox().Get(reviewed)->kind), "override-review");
  EXPECT_EQ(KindName(person_.outbox().Get(mismatch)->kind), "mismatch");

  const crypto::Certificate& caseworker = shelter_.PersonSigner().value()->certificate;
  v1::ApproveOverrideRequest approve;
  ASSERT_TRUE(approve.ParseFromString(broker_.requests(kApproveOverride.method)[0]));
  AMANA_EXPECT_OK(envelope::VerifyEnvelope(approve.approval(), caseworker.public_key()));
  v1::OverrideApproval approval;
  ASSERT_TRUE(approval.ParseFromString(approve.approval().payload()));
  EXPECT_EQ(approval.approver().agency(), "shelter-a");
  v1::ReviewOverrideRequest review;
  ASSERT_TRUE(review.ParseFromString(broker_.requests(kReviewOverride.method)[0]));
  AMANA_EXPECT_OK(envelope::VerifyEnvelope(review.review(), caseworker.public_key()));
  v1::ReportMismatchRequest found;
  ASSERT_TRUE(found.ParseFromString(broker_.requests(kReportMismatch.method)[0]));
  AMANA_EXPECT_OK(envelope::VerifyEnvelope(found.mismatch(), caseworker.public_key()));
}

TEST_F(PersonSenderTest, TheSameReviewAndTheSameFindingAreSaidOnce) {
  const int64_t reviewed = person_.QueueReview(review_)->entry;
  const int64_t found = person_.QueueMismatch(mismatch_)->entry;
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(person_.QueueReview(review_)->entry, reviewed);
  EXPECT_EQ(person_.QueueMismatch(mismatch_)->entry, found);
  review_.set_upheld(false);
  mismatch_.set_found(v1::CATEGORY_LEGAL);
  EXPECT_NE(person_.QueueReview(review_)->entry, reviewed);
  EXPECT_NE(person_.QueueMismatch(mismatch_)->entry, found);
  // What was refused may be said again.
  broker_.RefuseNext(kReviewOverride.method, MakeError(absl::StatusCode::kPermissionDenied,
                                                       "APPROVER_NOT_LISTED", "meta.cert_id", ""));
  EXPECT_EQ(person_.Send(reviewed)->state, EntryState::kRefused);
  review_.set_upheld(true);
  EXPECT_NE(person_.QueueReview(review_)->entry, reviewed);
}

TEST_F(PersonSenderTest, AReceiptOfAnotherKindOrStatementIsNotBelieved) {
  const Queued queued = person_.QueueApproval(approval_).value();
  const uint64_t kind = broker_.Append({v1::EVENT_KIND_OVERRIDE_REVIEWED, queued.digest, key_});
  const uint64_t digest = broker_.Append({v1::EVENT_KIND_OVERRIDE_APPROVED, Digest(), key_});
  for (const auto& [index, field] : {std::pair(kind, "kind"), {digest, "statement_digest"}}) {
    broker_.forge = [&](v1::Receipt& r) { r = broker_.ReceiptOf(index); };
    EXPECT_EQ(ErrorField(person_.Flush()->trouble), field);
    EXPECT_EQ(StateOf(queued.entry), EntryState::kPending);
  }
  broker_.forge = nullptr;
  EXPECT_EQ(person_.Flush()->accepted, 1u);
}

TEST_F(PersonSenderTest, WithoutAPersonsKeyNothingOfThisIsSigned) {
  for (const absl::Status& status :
       {sender_->QueueApproval(approval_).status(), sender_->QueueReview(review_).status(),
        sender_->QueueMismatch(mismatch_).status()}) {
    EXPECT_EQ(ErrorReason(status), "PERSON_KEY_MISSING");
  }
  EXPECT_TRUE(sender_->outbox().List(std::nullopt, 10)->empty());
}

}  // namespace
}  // namespace amana::sdk
