#include "agency-adapters/sdk/inbox.h"

#include <gtest/gtest.h>

#include "agency-adapters/sdk/delivery_check.h"
#include "agency-adapters/sdk/testing.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::sdk {
namespace {

NewEntry Answer(EntryKind kind, const std::string& bytes) {
  return {kind,
          bytes,
          crypto::Sha256(bytes),
          std::nullopt,
          v1::URGENCY_UNSPECIFIED,
          envelope::SampleTime()};
}

class InboxTest : public ::testing::Test {
 protected:
  Inbox::Received Received(const v1::Delivery& delivery, const std::string& ack = "ack") {
    const CheckedDelivery checked = CheckDelivery(delivery, identity_).value();
    Inbox::Received received;
    received.item.key = checked.key;
    received.item.recipient = identity_.address().value();
    received.item.sender_unit = checked.opened.header.sender().unit;
    received.item.header_digest = checked.opened.header.digest();
    received.item.service = v1::SERVICE_TYPE_ACCOMMODATION;
    received.item.urgency = checked.opened.header.header().urgency();
    received.item.received = clock_.Now();
    received.item.expires = checked.opened.header.expires();
    received.acknowledgement = Answer(EntryKind::kAcknowledgement, ack);
    received.delivery = delivery.SerializeAsString();
    return received;
  }
  absl::StatusOr<int64_t> Recall(const InboxItem& item) {
    return inbox_.Recall({item.key, item.recipient, item.header_digest, v1::REASON_SENT_IN_ERROR,
                          "recall", clock_.Now()},
                         *identity_.Signer().value());
  }
  // The message that an answer's entry carries.
  template <class Message, class Request>
  Message Signed(int64_t entry, const v1::SignedEnvelope& (Request::*envelope)() const) {
    Request request;
    EXPECT_TRUE(request.ParseFromString(outbox_.Get(entry)->request));
    const v1::SignedEnvelope& signed_envelope = (request.*envelope)();
    const SigningIdentity* person = identity_.PersonSigner().value();
    AMANA_EXPECT_OK(envelope::VerifyEnvelope(signed_envelope, person->certificate.public_key()));
    Message message;
    EXPECT_TRUE(message.ParseFromString(signed_envelope.payload()));
    EXPECT_EQ(message.meta().cert_id(), person->certificate.id().view());
    return message;
  }

  TempDir dir_;
  testing::FakeBroker broker_;
  const Identity identity_ = testing::ShelterIdentity(broker_.log());
  FakeClock clock_{envelope::SampleTime()};
  std::unique_ptr<Mailbox> mailbox_ = Mailbox::Open(dir_.path()).value();
  Outbox outbox_{*mailbox_};
  Inbox inbox_{*mailbox_};
  const envelope::SealedSubmission sealed_ = envelope::SampleSubmission();
  const v1::Delivery delivery_ = testing::SampleDelivery(sealed_);
};

TEST_F(InboxTest, KeepsADeliveryOnceAndItsFirstAnswer) {
  const Inbox::Kept first = inbox_.Keep(Received(delivery_, "first ack")).value();
  EXPECT_FALSE(first.duplicate);
  const Inbox::Kept second = inbox_.Keep(Received(delivery_, "second ack")).value();
  EXPECT_TRUE(second.duplicate);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.acknowledgement, first.acknowledgement);
  EXPECT_EQ(outbox_.Get(first.acknowledgement)->request, "first ack");
  EXPECT_EQ(inbox_.List(std::nullopt, 10)->size(), 1u);

  const InboxItem item = inbox_.Get(first.id).value();
  EXPECT_EQ(item.state, InboxState::kReceived);
  EXPECT_EQ(item.key.referral.sender.value(), "police-a");
  EXPECT_EQ(item.sender_unit.value(), "desk");
  EXPECT_EQ(ToString(item.recipient), "shelter-a/intake");
  EXPECT_EQ(inbox_.Find(item.key).value()->id, item.id);
}

TEST_F(InboxTest, AnAnswerTheBrokerRefusedMayBeSignedAnew) {
  const Inbox::Kept first = inbox_.Keep(Received(delivery_, "old")).value();
  AMANA_ASSERT_OK(outbox_.Refuse(
      first.acknowledgement,
      MakeError(absl::StatusCode::kFailedPrecondition, "STATEMENT_TOO_OLD", "", "")));
  const Inbox::Kept again = inbox_.Keep(Received(delivery_, "new")).value();
  EXPECT_NE(again.acknowledgement, first.acknowledgement);
  EXPECT_EQ(outbox_.Get(again.acknowledgement)->request, "new");
}

TEST_F(InboxTest, OpensWhatItKeptAndStoresNoPlaintext) {
  const int64_t id = inbox_.Keep(Received(delivery_)).value().id;
  const auto opened = inbox_.Open(id, identity_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->sections.size(), 2u);
  AMANA_ASSERT_OK(mailbox_->Scrub());
  const std::string file = RealFileSystem().Read(dir_.File("mailbox.db")).value();
  EXPECT_EQ(file.find("SYNTHETIC"), std::string::npos);
}

TEST_F(InboxTest, ListsTheMostUrgentFirst) {
  inbox_.Keep(Received(delivery_, "1")).value();
  Inbox::Received urgent = Received(testing::SampleDelivery(envelope::SampleSubmission('u')), "2");
  urgent.item.urgency = v1::URGENCY_IMMEDIATE;
  const int64_t id = inbox_.Keep(urgent).value().id;
  const auto items = inbox_.List(InboxState::kReceived, 10).value();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].id, id);
  EXPECT_TRUE(inbox_.List(InboxState::kSeen, 10)->empty());
}

TEST_F(InboxTest, SeenAndDecisionAreSignedByThePerson) {
  const int64_t id = inbox_.Keep(Received(delivery_)).value().id;
  const int64_t seen = inbox_.MarkSeen(id, identity_, clock_).value();
  EXPECT_EQ(inbox_.MarkSeen(id, identity_, clock_).value(), seen);
  EXPECT_EQ(inbox_.Get(id)->state, InboxState::kSeen);
  const auto message = Signed<v1::Seen>(seen, &v1::MarkSeenRequest::seen);
  EXPECT_EQ(FromWire(message.delivery(), "d").value(), inbox_.Get(id)->key);

  const int64_t accepted = inbox_.Accept(id, identity_, clock_).value();
  EXPECT_EQ(inbox_.Accept(id, identity_, clock_).value(), accepted);
  EXPECT_EQ(inbox_.Get(id)->state, InboxState::kAccepted);
  EXPECT_TRUE(Signed<v1::Decision>(accepted, &v1::DecideRequest::decision).accepted());
  EXPECT_EQ(ErrorReason(inbox_.Decline(id, v1::REASON_NO_CAPACITY, identity_, clock_).status()),
            "STATEMENT_INVALID");
  EXPECT_EQ(inbox_.Answers(id)->size(), 3u);
}

TEST_F(InboxTest, DecliningNeedsAReasonAndAPerson) {
  const int64_t id = inbox_.Keep(Received(delivery_)).value().id;
  EXPECT_EQ(ErrorReason(inbox_.Decline(id, v1::REASON_EXPIRED, identity_, clock_).status()),
            "STATEMENT_INVALID");
  const Identity no_person = testing::PoliceIdentity(broker_.log());
  EXPECT_EQ(ErrorReason(inbox_.Accept(id, no_person, clock_).status()), "PERSON_KEY_MISSING");
  EXPECT_EQ(inbox_.Get(id)->state, InboxState::kReceived);
  const int64_t declined = inbox_.Decline(id, v1::REASON_NO_CAPACITY, identity_, clock_).value();
  const auto decision = Signed<v1::Decision>(declined, &v1::DecideRequest::decision);
  EXPECT_FALSE(decision.accepted());
  EXPECT_EQ(decision.reason(), v1::REASON_NO_CAPACITY);
  EXPECT_EQ(inbox_.Get(id)->state, InboxState::kRejected);
}

TEST_F(InboxTest, OnlyAnOfferIsDecided) {
  const int64_t id =
      inbox_.Keep(Received(testing::SampleDelivery(sealed_, v1::DISCLOSURE_STAGE_AT_ACCEPT)))
          .value()
          .id;
  EXPECT_EQ(ErrorField(inbox_.Accept(id, identity_, clock_).status()), "stage");
  EXPECT_TRUE(inbox_.MarkSeen(id, identity_, clock_).ok());
}

TEST_F(InboxTest, ARecallErasesTheContent) {
  const int64_t id = inbox_.Keep(Received(delivery_)).value().id;
  const int64_t answer = Recall(*inbox_.Get(id)).value();
  EXPECT_EQ(ErrorField(inbox_.SetKeepBasis(id, v1::LEGAL_BASIS_LEGAL_DUTY)), "item");
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(Recall(*inbox_.Get(id)).value(), answer);
  EXPECT_EQ(inbox_.Get(id)->state, InboxState::kRecalled);
  EXPECT_EQ(inbox_.Get(id)->recall_reason, v1::REASON_SENT_IN_ERROR);
  EXPECT_EQ(ErrorReason(inbox_.Open(id, identity_).status()), "CONTENT_ERASED");
  EXPECT_EQ(ErrorReason(inbox_.Accept(id, identity_, clock_).status()), "CONTENT_ERASED");
  const std::string& ciphertext = delivery_.sections(0).ciphertext();
  for (const char* const name : {"mailbox.db", "mailbox.db-wal"}) {
    EXPECT_EQ(RealFileSystem().Read(dir_.File(name))->find(ciphertext.substr(0, 32)),
              std::string::npos)
        << name;
  }
  EXPECT_EQ(inbox_.Keep(Received(delivery_))->acknowledgement, 0);
}

TEST_F(InboxTest, WhatIsKeptOnALegalBasisStaysReadable) {
  const int64_t id = inbox_.Keep(Received(delivery_)).value().id;
  EXPECT_EQ(ErrorField(inbox_.SetKeepBasis(id, v1::LEGAL_BASIS_CONSENT)), "legal_basis");
  EXPECT_EQ(ErrorReason(inbox_.SetKeepBasis(9, v1::LEGAL_BASIS_COURT_ORDER)), "ENTRY_UNKNOWN");
  AMANA_ASSERT_OK(inbox_.SetKeepBasis(id, v1::LEGAL_BASIS_LEGAL_DUTY));
  AMANA_ASSERT_OK(inbox_.SetKeepBasis(id, v1::LEGAL_BASIS_COURT_ORDER));
  EXPECT_EQ(inbox_.Get(id)->keep_basis, v1::LEGAL_BASIS_COURT_ORDER);
  AMANA_ASSERT_OK(Recall(*inbox_.Get(id)));
  EXPECT_EQ(inbox_.Get(id)->state, InboxState::kRecallRefused);
  EXPECT_TRUE(inbox_.Open(id, identity_).ok());
}

TEST_F(InboxTest, WhatNeedNotBeKeptAnyMoreIsErased) {
  const int64_t id = inbox_.Keep(Received(delivery_)).value().id;
  AMANA_ASSERT_OK(inbox_.SetKeepBasis(id, v1::LEGAL_BASIS_LEGAL_DUTY));
  AMANA_ASSERT_OK(inbox_.SetKeepBasis(id, v1::LEGAL_BASIS_UNSPECIFIED));
  AMANA_ASSERT_OK(Recall(*inbox_.Get(id)));
  EXPECT_EQ(inbox_.Get(id)->state, InboxState::kRecalled);
}

TEST_F(InboxTest, ARecallMayComeBeforeTheDelivery) {
  const Inbox::Received late = Received(delivery_);
  AMANA_ASSERT_OK(Recall(late.item));
  const Inbox::Kept kept = inbox_.Keep(late).value();
  EXPECT_TRUE(kept.duplicate);
  EXPECT_EQ(kept.acknowledgement, 0);
  EXPECT_EQ(ErrorReason(inbox_.Open(kept.id, identity_).status()), "CONTENT_ERASED");
}

TEST_F(InboxTest, UnknownItems) {
  EXPECT_EQ(ErrorReason(inbox_.Get(9).status()), "ENTRY_UNKNOWN");
  EXPECT_EQ(ErrorReason(inbox_.Open(9, identity_).status()), "ENTRY_UNKNOWN");
  EXPECT_EQ(ErrorReason(inbox_.MarkSeen(9, identity_, clock_).status()), "ENTRY_UNKNOWN");
}

}  // namespace
}  // namespace amana::sdk
