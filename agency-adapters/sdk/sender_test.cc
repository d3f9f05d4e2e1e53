#include "agency-adapters/sdk/sender.h"

#include <gtest/gtest.h>

#include <functional>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/sender_for_test.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::sdk {
namespace {

TEST_F(SenderTest, SealsSignsSendsAndKeepsTheReceipt) {
  const QueuedReferral queued = Queue();
  EXPECT_EQ(queued.key.sender.value(), "police-a");
  EXPECT_EQ(queued.key.version, 1u);
  EXPECT_FALSE(queued.key.referral.is_zero());
  const FlushReport report = sender_->Flush().value();
  EXPECT_EQ(report.accepted, 1u);
  AMANA_EXPECT_OK(report.trouble);
  const OutboxEntry entry = sender_->outbox().Get(queued.entry).value();
  EXPECT_EQ(entry.state, EntryState::kAccepted);
  EXPECT_EQ(entry.log_index, 3u);
  EXPECT_EQ(VerifyReceipt(*entry.receipt, broker_.log())->event.statement_digest, queued.digest);
  EXPECT_EQ(sender_->courier().watch().Held()->size(), 1u);
  EXPECT_EQ(sender_->Flush()->accepted, 0u);
  EXPECT_EQ(broker_.requests(kSubmit.method).size(), 1u);
}

TEST_F(SenderTest, ACrashBeforeSendingLosesNothing) {
  const QueuedReferral queued = Queue();
  Start();
  EXPECT_EQ(sender_->Flush()->accepted, 1u);
  EXPECT_EQ(StateOf(queued.entry), EntryState::kAccepted);
}

TEST_F(SenderTest, ALostAnswerIsAskedForWithTheVerySameBytes) {
  const QueuedReferral queued = Queue();
  broker_.LoseAnswer(kSubmit.method);
  const FlushReport report = sender_->Flush().value();
  EXPECT_EQ(report.pending, 1u);
  EXPECT_EQ(ErrorReason(report.trouble), "BROKER_UNREACHABLE");
  const uint64_t size = broker_.log_size();
  Start();
  clock_.Advance(absl::Hours(5));
  EXPECT_EQ(sender_->Flush()->accepted, 1u);
  EXPECT_EQ(broker_.log_size(), size);  // nothing happened twice
  const auto sent = broker_.requests(kSubmit.method);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0], sent[1]);
  EXPECT_EQ(sender_->outbox().Get(queued.entry)->attempts, 2u);
}

TEST_F(SenderTest, AForgedReceiptIsNotBelieved) {
  const struct {
    const char* name;
    std::function<void(v1::Receipt&)> forge;
    const char* reason;
  } cases[] = {
      {"of another event", [&](v1::Receipt& r) { r = broker_.ReceiptOf(0); }, "RECEIPT_MISMATCH"},
      {"altered", [](v1::Receipt& r) { r.mutable_event()->set_fields(9, "\x01"); },
       "PROOF_INVALID"},
      {"unsigned", [](v1::Receipt& r) { r.mutable_tlog_proof()->resize(40); }, "PROOF_MALFORMED"},
      {"another log's", [](v1::Receipt& r) { r = testing::FakeBroker().ReceiptOf(0); },
       "NOTE_UNTRUSTED"},
      {"none", [](v1::Receipt& r) { r.Clear(); }, "EVENT_INVALID"}};
  const QueuedReferral queued = Queue();
  for (const auto& c : cases) {
    broker_.forge = c.forge;
    const FlushReport report = sender_->Flush().value();
    EXPECT_EQ(report.pending, 1u) << c.name;
    EXPECT_EQ(ErrorReason(report.trouble), c.reason) << c.name;
    EXPECT_EQ(StateOf(queued.entry), EntryState::kPending) << c.name;
  }
  broker_.forge = nullptr;
  EXPECT_EQ(sender_->Flush()->accepted, 1u);
}

TEST_F(SenderTest, AReceiptOfTheRightStatementButTheWrongKindIsNotBelieved) {
  const QueuedReferral queued = Queue();
  const uint64_t wrong = broker_.Append({v1::EVENT_KIND_EQUIVOCATION, queued.digest, queued.key});
  broker_.forge = [&](v1::Receipt& r) { r = broker_.ReceiptOf(wrong); };
  EXPECT_EQ(ErrorField(sender_->Flush()->trouble), "kind");
  EXPECT_EQ(StateOf(queued.entry), EntryState::kPending);
}

TEST_F(SenderTest, ARefusalIsKeptAndNotRepeated) {
  const QueuedReferral queued = Queue();
  broker_.RefuseNext(kSubmit.method, MakeError(absl::StatusCode::kInvalidArgument,
                                               "HEADER_FIELD_INVALID", "services[0]", "no"));
  EXPECT_EQ(sender_->Flush()->refused, 1u);
  const OutboxEntry entry = sender_->outbox().Get(queued.entry).value();
  EXPECT_EQ(entry.state, EntryState::kRefused);
  EXPECT_EQ(entry.reason, "HEADER_FIELD_INVALID");
  EXPECT_EQ(entry.field, "services[0]");
  sender_->Flush().value();
  EXPECT_EQ(broker_.requests(kSubmit.method).size(), 1u);
}

TEST_F(SenderTest, TroubleOfTheBrokersIsTriedAgain) {
  Queue();
  for (const absl::Status& status :
       {MakeError(absl::StatusCode::kUnavailable, "CLOCK_NOT_TRUSTED", "", ""),
        MakeError(absl::StatusCode::kResourceExhausted, "QUOTA_EXCEEDED", "", ""),
        CallFailed(absl::StatusCode::kPermissionDenied, "a proxy")}) {
    broker_.RefuseNext(kSubmit.method, status);
    EXPECT_EQ(sender_->Flush()->pending, 1u) << status;
  }
  EXPECT_EQ(sender_->Flush()->accepted, 1u);
}

TEST_F(SenderTest, ADeadLinkEndsTheFlush) {
  Queue();
  Queue();
  broker_.RefuseNext(kSubmit.method, CallFailed(absl::StatusCode::kUnavailable, "down"));
  EXPECT_EQ(sender_->Flush()->pending, 1u);
  EXPECT_EQ(broker_.requests(kSubmit.method).size(), 1u);
}

TEST_F(SenderTest, AForkedLogIsNoticed) {
  Queue();
  AMANA_ASSERT_OK(sender_->Flush());
  broker_.Fork();
  const QueuedReferral second = Queue();
  const FlushReport report = sender_->Flush().value();
  EXPECT_EQ(ErrorReason(report.trouble), "LOG_FORKED");
  EXPECT_EQ(StateOf(second.entry), EntryState::kAccepted);  // proven in the log that it is shown
  EXPECT_GE(sender_->courier().watch().Held()->size(), 2u);
}

// --- whom it seals to

TEST_F(SenderTest, OnlyPinnedCertificatesAreSealedTo) {
  const auto shelter = tests::TestSpiffe("shelter-a", crypto::Role::kSystem, "intake");
  using crypto::CertUsage;
  const struct {
    const char* name;
    crypto::Certificate certificate;
  } cases[] = {
      {"a stranger's CA of the same name",
       tests::MakeForeignCert(shelter, CertUsage::kSealing).certificate},
      {"another unit's", tests::TestSealer("shelter-a", "night").certificate},
      {"another agency's", tests::TestSealer("iom-a", "intake").certificate},
      {"for signing", tests::TestSigner("shelter-a", crypto::Role::kSystem, "intake").certificate},
      {"expired", tests::MakeTestCert(shelter, CertUsage::kSealing, tests::TestNotBefore(),
                                      tests::TestNotBefore() + absl::Hours(1))
                      .certificate}};
  for (const auto& c : cases) {
    Candidate candidate = CandidateOf("shelter-a/intake");
    candidate.sealing = c.certificate;
    EXPECT_EQ(ErrorReason(sender_->AddCandidate(candidate)), "CERTIFICATE_UNPINNED") << c.name;
    EXPECT_EQ(ErrorReason(sender_->Queue(Draft()).status()), "RECIPIENT_UNKNOWN") << c.name;
  }
}

TEST_F(SenderTest, ACertificateThatExpiredMeanwhileIsNotSealedTo) {
  AMANA_ASSERT_OK(sender_->AddCandidate(CandidateOf("shelter-a/intake")));
  clock_.Set(tests::TestNotAfter() + absl::Hours(1));
  const auto queued = sender_->Queue(Draft());
  EXPECT_EQ(ErrorReason(queued.status()), "CERTIFICATE_UNPINNED");
  EXPECT_EQ(ErrorField(queued.status()), "recipients[0]");
}

// --- what follows a referral

TEST_F(SenderTest, WrapsForAFurtherRecipientOpenTheSameSections) {
  const QueuedReferral queued = Queue();
  AMANA_ASSERT_OK(sender_->Flush());
  const Address iom = envelope::SampleAddress("iom-a/protection");
  EXPECT_EQ(ErrorReason(sender_->QueueWraps(queued.key, {iom}).status()), "RECIPIENT_UNKNOWN");
  AMANA_ASSERT_OK(sender_->AddCandidate(CandidateOf("iom-a/protection")));
  AMANA_ASSERT_OK(sender_->QueueWraps(queued.key, {iom}));
  EXPECT_EQ(sender_->Flush()->accepted, 1u);

  v1::SubmitRequest submit;
  v1::AddWrapsRequest wraps;
  ASSERT_TRUE(submit.ParseFromString(broker_.requests(kSubmit.method)[0]));
  ASSERT_TRUE(wraps.ParseFromString(broker_.requests(kAddWraps.method)[0]));
  const std::vector<envelope::SealingIdentity> identities = {
      envelope::SampleSealer("iom-a/protection")};
  const auto& signer = envelope::SampleSigner().certificate;
  const auto opened = envelope::OpenDelivery({submit.submission().header(),
                                              wraps.grants(0),
                                              submit.submission().openings(),
                                              submit.submission().sections(),
                                              {}},
                                             {signer, signer}, identities);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->sections.size(), 3u);

  AMANA_ASSERT_OK(sender_->outbox().DropSectionKeys(queued.key));
  EXPECT_EQ(ErrorReason(sender_->QueueWraps(queued.key, {iom}).status()), "STATEMENT_INVALID");
  EXPECT_EQ(ErrorReason(sender_->QueueWraps(queued.key, {}).status()), "STATEMENT_INVALID");
}

TEST_F(SenderTest, WhatFollowsAReferralWaitsForIt) {
  const QueuedReferral referral = Queue();
  const int64_t cancellation =
      sender_->QueueCancellation(referral.key, v1::REASON_SENT_IN_ERROR)->entry;
  ReferralDraft next = Draft();
  next.header.set_referral_id(referral.key.referral.bytes());
  next.header.set_version(2);
  next.header.set_urgency(v1::URGENCY_IMMEDIATE);
  const int64_t second = sender_->Queue(next)->entry;
  broker_.RefuseNext(kSubmit.method,
                     MakeError(absl::StatusCode::kUnavailable, "CLOCK_NOT_TRUSTED", "", ""));
  const FlushReport held = sender_->Flush().value();
  EXPECT_EQ(held.pending, 3u);
  EXPECT_TRUE(broker_.requests(kCancelReferral.method).empty());
  EXPECT_EQ(ErrorReason(sender_->Send(cancellation).status()), "");
  EXPECT_EQ(sender_->outbox().Get(cancellation)->reason, "SUBMISSION_PENDING");

  EXPECT_EQ(sender_->Flush()->accepted, 3u);
  const auto sent = broker_.requests(kSubmit.method);
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_EQ(sent[0], sent[1]);  // version 1 first, however urgent version 2 is
  EXPECT_EQ(sender_->outbox().Get(second)->state, EntryState::kAccepted);
}

}  // namespace
}  // namespace amana::sdk
