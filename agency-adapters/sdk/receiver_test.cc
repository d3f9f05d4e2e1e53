#include "agency-adapters/sdk/receiver.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <functional>

#include "agency-adapters/sdk/delivery_check.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/testing.h"
#include "amana/v1/consent.pb.h"
#include "base/sqlite_fault.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::sdk {
namespace {

using testing::Delivering;
using testing::FakeBroker;
using testing::Recalling;

class ReceiverTest : public ::testing::Test {
 protected:
  ReceiverTest() { Start(); }

  // A new process on the same mailbox.
  void Start(const std::string& vfs = {}) {
    receiver_.reset();
    mailbox_.reset();
    client_ = broker_.Connect();
    mailbox_ = Mailbox::Open(dir_.path(), vfs).value();
    receiver_.emplace(identity_, *client_, *mailbox_, clock_, options_);
  }
  ReceiveReport RunOnce() {
    const auto report = receiver_->RunOnce(absl::Seconds(10), absl::Milliseconds(1));
    EXPECT_TRUE(report.ok()) << report.status();
    return report.value_or(ReceiveReport());
  }
  Inbox inbox() { return Inbox(*mailbox_); }
  InboxItem OnlyItem() {
    const auto items = inbox().List(std::nullopt, 10).value();
    EXPECT_EQ(items.size(), 1u);
    return items.empty() ? InboxItem() : items[0];
  }
  std::vector<v1::DeliveryReport> Reports() {
    std::vector<v1::DeliveryReport> reports;
    for (const auto& request : broker_.received()) {
      if (request.has_report()) reports.push_back(request.report());
    }
    return reports;
  }

  TempDir dir_;
  FakeBroker broker_;
  const Identity identity_ = testing::ShelterIdentity(broker_.log());
  FakeClock clock_{envelope::SampleTime() + absl::Minutes(1)};
  ReceiverOptions options_;
  std::unique_ptr<Client> client_;
  std::unique_ptr<Mailbox> mailbox_;
  std::optional<Receiver> receiver_;
  const v1::Delivery delivery_ = testing::SampleDelivery(envelope::SampleSubmission());
};

TEST_F(ReceiverTest, OpensKeepsAndAcknowledges) {
  broker_.Push(Delivering(delivery_));
  const ReceiveReport report = RunOnce();
  EXPECT_EQ(report.received, 1u);
  EXPECT_EQ(report.acknowledged, 1u);
  const InboxItem item = OnlyItem();
  EXPECT_EQ(item.service, v1::SERVICE_TYPE_ACCOMMODATION);
  EXPECT_EQ(item.urgency, v1::URGENCY_URGENT);
  EXPECT_EQ(item.received, clock_.Now());

  v1::AcknowledgeRequest request;
  ASSERT_TRUE(request.ParseFromString(broker_.requests(kAcknowledge.method)[0]));
  AMANA_EXPECT_OK(envelope::VerifyEnvelope(request.acknowledgement(),
                                           (*identity_.Signer())->certificate.public_key()));
  v1::Acknowledgement message;
  ASSERT_TRUE(message.ParseFromString(request.acknowledgement().payload()));
  EXPECT_EQ(message.header_digest(), item.header_digest.view());
  ASSERT_EQ(message.opened_size(), 2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(message.opened(i).plaintext_commitment(),
              delivery_.openings(i).plaintext_commitment());
  }
  EXPECT_EQ(broker_.received()[0].open().unit(), "intake");
  EXPECT_EQ(broker_.received()[1].credit().deliveries(), 32u);
}

TEST_F(ReceiverTest, ACrashBetweenKeepingAndAcknowledgingHasNoSecondEffect) {
  int applied = 0;
  options_.on_item = [&](const InboxItem&) { ++applied; };
  Start();
  broker_.Push(Delivering(delivery_));
  broker_.LoseAnswer(kAcknowledge.method);
  EXPECT_EQ(RunOnce().acknowledged, 0u);
  const uint64_t size = broker_.log_size();
  Start();
  clock_.Advance(absl::Minutes(3));
  v1::Delivery again = delivery_;
  again.set_lease_epoch(8);
  again.set_attempt(2);
  broker_.Push(Delivering(again));
  const ReceiveReport report = RunOnce();
  EXPECT_EQ(report.received, 0u);
  EXPECT_EQ(report.duplicates, 1u);
  EXPECT_EQ(applied, 1);
  EXPECT_EQ(broker_.log_size(), size);
  const auto sent = broker_.requests(kAcknowledge.method);
  ASSERT_GE(sent.size(), 2u);
  for (const std::string& bytes : sent) EXPECT_EQ(bytes, sent[0]);
  EXPECT_EQ(OnlyItem().state, InboxState::kReceived);
}

TEST_F(ReceiverTest, WhatWaitsIsSentWhenTheStreamOpens) {
  broker_.Push(Delivering(delivery_));
  broker_.RefuseNext(kAcknowledge.method, CallFailed(absl::StatusCode::kUnavailable, "down"));
  RunOnce();
  const int64_t id = OnlyItem().id;
  const int64_t seen = inbox().MarkSeen(id, identity_, clock_).value();
  Start();
  clock_.Advance(absl::Minutes(1));
  RunOnce();
  EXPECT_EQ(Outbox(*mailbox_).Get(seen)->state, EntryState::kAccepted);
  EXPECT_TRUE(Outbox(*mailbox_).Pending(10)->empty());
}

TEST_F(ReceiverTest, SeenIsNotSentBeforeItsAcknowledgement) {
  broker_.Push(Delivering(delivery_));
  broker_.RefuseNext(kAcknowledge.method, CallFailed(absl::StatusCode::kUnavailable, "down"));
  RunOnce();
  const int64_t seen = inbox().MarkSeen(OnlyItem().id, identity_, clock_).value();
  Outbox outbox(*mailbox_);
  ASSERT_EQ(outbox.Pending(10)->size(), 2u);
  AMANA_ASSERT_OK(receiver_->courier().Send(seen).status());
  EXPECT_EQ(outbox.Get(seen)->state, EntryState::kPending);
  EXPECT_EQ(outbox.Get(seen)->reason, "SUBMISSION_PENDING");
  EXPECT_TRUE(broker_.requests(kMarkSeen.method).empty());
}

TEST_F(ReceiverTest, AnAcceptedAnswerIsGivenAgainWhenAskedAgain) {
  broker_.Push(Delivering(delivery_));
  RunOnce();
  broker_.Push(Delivering(delivery_));
  EXPECT_EQ(RunOnce().acknowledged, 1u);
  const auto sent = broker_.requests(kAcknowledge.method);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0], sent[1]);
}

TEST_F(ReceiverTest, AForgedReceiptLeavesTheAnswerPending) {
  broker_.forge = [&](v1::Receipt& r) { r = broker_.ReceiptOf(0); };
  broker_.Push(Delivering(delivery_));
  EXPECT_EQ(RunOnce().acknowledged, 0u);
  EXPECT_EQ(Outbox(*mailbox_).Pending(10)->size(), 1u);
}

TEST_F(ReceiverTest, WhatCannotBeBelievedIsReportedAndNotKept) {
  using crypto::Role;
  const auto sign_by = [](v1::Delivery& d, const tests::TestIdentity& signer) {
    d.set_sender_certificate(signer.certificate.der());
  };
  const struct {
    const char* name;
    std::function<void(v1::Delivery&)> mutate;
    v1::Reason reason;
  } cases[] = {
      {"altered ciphertext",
       [](auto& d) { (*d.mutable_sections(0)->mutable_ciphertext())[0] ^= 1; },
       v1::REASON_OPEN_FAILED},
      {"altered header", [](auto& d) { (*d.mutable_header()->mutable_signature())[9] ^= 1; },
       v1::REASON_OPEN_FAILED},
      {"another's certificate",
       [&](auto& d) { sign_by(d, tests::TestSigner("police-a", Role::kSystem, "other")); },
       v1::REASON_OPEN_FAILED},
      {"another offer's reference",
       [](auto& d) { d.mutable_delivery()->mutable_referral()->set_version(2); },
       v1::REASON_OPEN_FAILED},
      {"a task that is none", [](auto& d) { d.mutable_delivery()->set_task(7); },
       v1::REASON_OPEN_FAILED},
      {"no certificate", [](auto& d) { d.clear_sender_certificate(); },
       v1::REASON_NATIVE_BAD_CERTIFICATE}};
  size_t reports = 0;
  for (const auto& c : cases) {
    v1::Delivery bad = delivery_;
    c.mutate(bad);
    broker_.Push(Delivering(bad));
    EXPECT_EQ(RunOnce().failed, 1u) << c.name;
    ASSERT_EQ(Reports().size(), ++reports) << c.name;
    EXPECT_EQ(Reports().back().outcome(), v1::DELIVERY_OUTCOME_PERMANENT_FAILURE) << c.name;
    EXPECT_EQ(Reports().back().error(), c.reason) << c.name;
    EXPECT_EQ(Reports().back().lease_epoch(), 7u) << c.name;
  }
  EXPECT_TRUE(inbox().List(std::nullopt, 10)->empty());
  EXPECT_TRUE(broker_.requests(kAcknowledge.method).empty());
}

TEST_F(ReceiverTest, ASenderOfAnUnpinnedAuthorityIsNotBelieved) {
  const auto stranger = tests::MakeForeignCert(
      tests::TestSpiffe("police-a", crypto::Role::kSystem, "desk"), crypto::CertUsage::kSigning);
  const auto sealed =
      envelope::SealSubmission(envelope::SampleDraft(), stranger.key, stranger.certificate);
  ASSERT_TRUE(sealed.ok()) << sealed.status();
  v1::Delivery delivery = testing::SampleDelivery(*sealed);
  delivery.set_sender_certificate(stranger.certificate.der());
  EXPECT_EQ(ErrorReason(CheckDelivery(delivery, identity_).status()), "CHAIN_UNTRUSTED");
  broker_.Push(Delivering(delivery));
  EXPECT_EQ(RunOnce().failed, 1u);
  EXPECT_EQ(Reports().back().error(), v1::REASON_NATIVE_BAD_CERTIFICATE);
}

TEST_F(ReceiverTest, CreditComesBackAsDeliveriesAreDone) {
  options_.credit = 4;
  Start();
  for (char c = 'a'; c < 'g'; ++c) {
    broker_.Push(Delivering(testing::SampleDelivery(envelope::SampleSubmission(c))));
  }
  EXPECT_EQ(RunOnce().received, 6u);
  uint32_t credit = 0;
  for (const auto& request : broker_.received()) credit += request.credit().deliveries();
  EXPECT_EQ(credit, 4u + 6u);
}

// --- recalls

TEST_F(ReceiverTest, ARecallErasesAndIsConfirmed) {
  broker_.Push(Delivering(delivery_));
  broker_.Push(Recalling(delivery_, v1::REASON_CONSENT_WITHDRAWN));
  EXPECT_EQ(RunOnce().recalls, 1u);
  const InboxItem item = OnlyItem();
  EXPECT_EQ(item.state, InboxState::kRecalled);
  EXPECT_EQ(ErrorReason(inbox().Open(item.id, identity_).status()), "CONTENT_ERASED");
  v1::AnswerRecallRequest request;
  v1::RecallAnswer answer;
  ASSERT_TRUE(request.ParseFromString(broker_.requests(kAnswerRecall.method)[0]));
  ASSERT_TRUE(answer.ParseFromString(request.answer().payload()));
  EXPECT_TRUE(answer.confirmed());
  EXPECT_EQ(answer.legal_basis(), v1::LEGAL_BASIS_UNSPECIFIED);

  // Asked again, the same bytes; delivered again, not kept.
  broker_.Push(Recalling(delivery_, v1::REASON_CONSENT_WITHDRAWN));
  broker_.Push(Delivering(delivery_));
  RunOnce();
  const auto sent = broker_.requests(kAnswerRecall.method);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0], sent[1]);
  EXPECT_EQ(OnlyItem().state, InboxState::kRecalled);
}

TEST_F(ReceiverTest, ARecallMayBeRefusedOnALegalBasis) {
  broker_.Push(Delivering(delivery_));
  RunOnce();
  AMANA_ASSERT_OK(inbox().SetKeepBasis(OnlyItem().id, v1::LEGAL_BASIS_COURT_ORDER));
  broker_.Push(Recalling(delivery_, v1::REASON_SENT_IN_ERROR));
  RunOnce();
  EXPECT_EQ(OnlyItem().state, InboxState::kRecallRefused);
  EXPECT_TRUE(inbox().Open(OnlyItem().id, identity_).ok());
  v1::AnswerRecallRequest request;
  v1::RecallAnswer answer;
  ASSERT_TRUE(request.ParseFromString(broker_.requests(kAnswerRecall.method)[0]));
  ASSERT_TRUE(answer.ParseFromString(request.answer().payload()));
  EXPECT_FALSE(answer.confirmed());
  EXPECT_EQ(answer.legal_basis(), v1::LEGAL_BASIS_COURT_ORDER);
}

TEST_F(ReceiverTest, ARecallOfWhatNeverCameIsConfirmedAndRemembered) {
  broker_.Push(Recalling(delivery_, v1::REASON_SENT_IN_ERROR));
  broker_.Push(Delivering(delivery_));
  const ReceiveReport report = RunOnce();
  EXPECT_EQ(report.recalls, 1u);
  EXPECT_EQ(report.received, 0u);
  EXPECT_EQ(OnlyItem().state, InboxState::kRecalled);
}

TEST_F(ReceiverTest, ACauseThatIsNotGenuineErasesNothing) {
  broker_.Push(Delivering(delivery_));
  RunOnce();
  v1::Cancellation cancellation;
  *cancellation.mutable_referral() = delivery_.delivery().referral();
  cancellation.set_header_digest(envelope::PayloadDigest(delivery_.header()).bytes());
  cancellation.set_reason(v1::REASON_SENT_IN_ERROR);
  const auto recall_by = [&](const tests::TestIdentity& signer, const std::string& digest) {
    v1::Cancellation cause = cancellation;
    *cause.mutable_meta() = envelope::MakeMeta(signer.certificate, envelope::SampleTime());
    cause.set_header_digest(digest);
    v1::ReceiveResponse message = Recalling(delivery_, v1::REASON_SENT_IN_ERROR);
    *message.mutable_recall()->mutable_cause() =
        envelope::SignMessage(envelope::kCancellationType, cause, signer.key).value();
    message.mutable_recall()->set_cause_certificate(signer.certificate.der());
    return message;
  };
  const auto& sender = envelope::SampleSigner();
  const std::string digest = cancellation.header_digest();
  v1::ReceiveResponse altered = recall_by(sender, digest);
  (*altered.mutable_recall()->mutable_cause()->mutable_signature())[9] ^= 1;
  broker_.Push(altered);
  broker_.Push(recall_by(tests::TestSigner("iom-a", crypto::Role::kSystem), digest));
  broker_.Push(recall_by(sender, std::string(32, 'x')));
  v1::ReceiveResponse other_header = Recalling(delivery_, v1::REASON_SENT_IN_ERROR);
  other_header.mutable_recall()->set_header_digest(std::string(32, 'x'));
  broker_.Push(other_header);
  EXPECT_EQ(RunOnce().recalls, 0u);
  EXPECT_EQ(OnlyItem().state, InboxState::kReceived);
  broker_.Push(recall_by(sender, digest));
  EXPECT_EQ(RunOnce().recalls, 1u);
  EXPECT_EQ(OnlyItem().state, InboxState::kRecalled);
}

TEST_F(ReceiverTest, AWithdrawalIsAGenuineCause) {
  const auto& signer = envelope::SampleSigner();
  v1::Withdrawal withdrawal;
  *withdrawal.mutable_meta() = envelope::MakeMeta(signer.certificate, envelope::SampleTime());
  withdrawal.set_consent_id(std::string(16, 'c'));
  v1::Recall recall = Recalling(delivery_, v1::REASON_CONSENT_WITHDRAWN).recall();
  *recall.mutable_cause() =
      envelope::SignMessage(envelope::kWithdrawalType, withdrawal, signer.key).value();
  recall.set_cause_certificate(signer.certificate.der());
  const DeliveryKey key = FromWire(recall.delivery(), "delivery").value();
  AMANA_EXPECT_OK(CheckRecall(recall, key, identity_));
  recall.mutable_cause()->set_payload_type("application/vnd.amana.unknown.v1+protobuf");
  EXPECT_FALSE(CheckRecall(recall, key, identity_).ok());
}

// --- the loop

TEST_F(ReceiverTest, RunReconnectsUntilStopped) {
  options_.first_backoff = absl::Milliseconds(1);
  options_.max_backoff = absl::Milliseconds(2);
  int items = 0;
  options_.on_item = [&](const InboxItem&) { ++items; };
  Start();
  broker_.Push(Delivering(delivery_));
  broker_.EndStream(CallFailed(absl::StatusCode::kUnavailable, "down"));
  broker_.EndStream(absl::OkStatus());
  broker_.Push(Delivering(testing::SampleDelivery(envelope::SampleSubmission('2'))));
  AMANA_EXPECT_OK(receiver_->Run([&] { return items == 2; }));
  EXPECT_EQ(items, 2);
}

TEST_F(ReceiverTest, AFailedFsyncEndsTheLoopAndNothingIsTakenForSent) {
  sqlite::FaultVfs vfs("receiver-fault");
  Start("receiver-fault");
  broker_.Push(Delivering(delivery_));
  broker_.RefuseNext(kAcknowledge.method, CallFailed(absl::StatusCode::kUnavailable, "down"));
  EXPECT_EQ(RunOnce().acknowledged, 0u);
  const size_t asked = broker_.requests(kAcknowledge.method).size();
  // The receipt of what waited comes, and cannot be kept; nothing arrives.
  vfs.Fail(sqlite::FaultVfs::kSync, 1, SQLITE_IOERR_FSYNC);
  EXPECT_EQ(ErrorReason(receiver_->Run([] { return false; })), "FSYNC_FAILED");
  EXPECT_EQ(broker_.requests(kAcknowledge.method).size(), asked + 1);
  EXPECT_EQ(ErrorReason(receiver_->Run([] { return false; })), "FSYNC_FAILED");
  EXPECT_EQ(broker_.requests(kAcknowledge.method).size(), asked + 1);
  Start();
  EXPECT_EQ(Outbox(*mailbox_).Pending(10)->size(), 1u);
  RunOnce();
  EXPECT_TRUE(Outbox(*mailbox_).Pending(10)->empty());
}

TEST_F(ReceiverTest, WithoutAUnitOrSealingKeyThereIsNothingToReceive) {
  const Identity police = testing::PoliceIdentity(broker_.log());
  Receiver receiver(police, *client_, *mailbox_, clock_);
  EXPECT_EQ(ErrorReason(receiver.Run([] { return false; })), "IDENTITY_INVALID");
  EXPECT_EQ(ErrorReason(receiver.RunOnce(absl::Seconds(1)).status()), "IDENTITY_INVALID");
}

TEST_F(ReceiverTest, RunOnceSaysWhyTheBrokerRefused) {
  broker_.EndStream(MakeError(absl::StatusCode::kPermissionDenied, "UNIT_UNKNOWN", "", ""));
  EXPECT_EQ(ErrorReason(receiver_->RunOnce(absl::Seconds(1), absl::Milliseconds(1)).status()),
            "UNIT_UNKNOWN");
}

}  // namespace
}  // namespace amana::sdk
