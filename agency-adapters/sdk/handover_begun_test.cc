// What a recipient may say of a service that began because the person was handed over.
#include "agency-adapters/sdk/handover_begun.h"

#include "agency-adapters/sdk/handover_for_test.h"
#include "agency-adapters/sdk/service_answers.h"
#include "proto/crypto/sha256.h"

namespace amana::sdk {
namespace {

constexpr v1::HandoverState kMoved = v1::HANDOVER_STATE_CUSTODY_TRANSFERRED;

class HandoverBegunTest : public HandoversTest {
 protected:
  // The offer that the handover follows from, accepted by the shelter.
  int64_t Accepted(uint32_t offer_epoch = 1) {
    Inbox::Received received;
    received.item.key = {BookReferral(), 0, offer_epoch, v1::DISCLOSURE_STAGE_AT_OFFER};
    received.item.recipient = envelope::SampleAddress("shelter-a/intake");
    received.item.sender_unit = *UnitId::Create("desk");
    received.item.header_digest = BookHeader();
    received.item.service = v1::SERVICE_TYPE_ACCOMMODATION;
    received.item.expires = clock_.Now() + absl::Hours(24);
    const std::string ack = "ack" + std::to_string(offer_epoch);
    received.acknowledgement = {EntryKind::kAcknowledgement, ack,
                                crypto::Sha256(ack),         BookReferral(),
                                v1::URGENCY_UNSPECIFIED,     clock_.Now()};
    const int64_t item = inbox_.Keep(received).value().id;
    AMANA_EXPECT_OK(inbox_.Accept(item, shelter_.identity, clock_));
    return item;
  }
  absl::StatusOr<int64_t> Report(int64_t item) {
    return answers_.Report(item, true, v1::REASON_PROVIDED, std::nullopt);
  }
  InboxState StateOf(int64_t item) { return inbox_.Get(item)->state; }

  Inbox inbox_{*shelter_.mailbox};
  ServiceAnswers answers_{shelter_.identity, *shelter_.mailbox, clock_};
};

TEST_F(HandoverBegunTest, WhoReceivedThePersonReportsAtOnceAndSignsNoStart) {
  const int64_t item = Accepted();
  UpTo(kMoved);  // the police sign last
  EXPECT_EQ(ErrorReason(Report(item).status()), "STATEMENT_INVALID") << "nobody has told it yet";
  AMANA_ASSERT_OK(shelter_.handovers.LookForTransfer(*inbox_.Get(item)));
  EXPECT_EQ(StateOf(item), InboxState::kInProgress);
  const auto start = answers_.Start(item);
  EXPECT_EQ(ErrorReason(start.status()), "STATEMENT_INVALID");
  EXPECT_EQ(ErrorField(start.status()), "item");
  EXPECT_EQ(shelter_.sender.outbox().Standing(EntryKind::kStart, BookReferral())->size(), 0u);
  AMANA_ASSERT_OK(Report(item).status());
  EXPECT_EQ(StateOf(item), InboxState::kCompleted);
}

TEST_F(HandoverBegunTest, ItsOwnLastSignatureIsEnoughOnceTheBrokerHasTakenIt) {
  const int64_t item = Accepted();
  UpTo(v1::HANDOVER_STATE_ARRIVED);
  Step(police_, kMoved);
  const QueuedHandover last = Queue(shelter_, Draft(kMoved));
  EXPECT_EQ(ErrorReason(Report(item).status()), "STATEMENT_INVALID") << "it may be refused yet";
  const auto sent = shelter_.sender.Send(last.queued.entry);
  ASSERT_TRUE(sent.ok() && sent->state == EntryState::kAccepted) << sent.status();
  down_ = true;
  EXPECT_EQ(ErrorReason(answers_.Start(item).status()), "STATEMENT_INVALID");
  AMANA_EXPECT_OK(shelter_.handovers.LookForTransfer(*inbox_.Get(item)));
  AMANA_EXPECT_OK(Report(item).status());
}

TEST_F(HandoverBegunTest, OneSignatureOrAnotherOffersHandoverBeginsNothing) {
  const int64_t item = Accepted();
  UpTo(v1::HANDOVER_STATE_ARRIVED);
  Step(shelter_, kMoved);
  AMANA_ASSERT_OK(shelter_.handovers.LookForTransfer(*inbox_.Get(item)));
  EXPECT_EQ(StateOf(item), InboxState::kAccepted);
  EXPECT_EQ(ErrorReason(Report(item).status()), "STATEMENT_INVALID");
  Step(police_, kMoved);
  const int64_t other = Accepted(2);
  AMANA_ASSERT_OK(Get(shelter_).status());
  EXPECT_EQ(StateOf(item), InboxState::kInProgress);
  EXPECT_EQ(StateOf(other), InboxState::kAccepted);
  AMANA_EXPECT_OK(answers_.Start(other).status());
}

TEST_F(HandoverBegunTest, WhatTheBrokerOnlySaysIsNotBelieved) {
  const int64_t item = Accepted();
  UpTo(v1::HANDOVER_STATE_ARRIVED);
  lie_ = [](v1::GetHandoverResponse& shown) { shown.mutable_handover()->set_state(kMoved); };
  EXPECT_EQ(ErrorReason(shelter_.handovers.LookForTransfer(*inbox_.Get(item))),
            "HANDOVER_MISMATCH");
  EXPECT_EQ(StateOf(item), InboxState::kAccepted);
  EXPECT_EQ(ErrorReason(Report(item).status()), "STATEMENT_INVALID");
}

TEST_F(HandoverBegunTest, AServiceWithoutAHandoverStartsAsBefore) {
  const int64_t item = Accepted();
  AMANA_ASSERT_OK(shelter_.handovers.LookForTransfer(*inbox_.Get(item)));
  down_ = true;
  AMANA_ASSERT_OK(shelter_.handovers.LookForTransfer(*inbox_.Get(item)));
  AMANA_ASSERT_OK(answers_.Start(item).status());
  AMANA_EXPECT_OK(Report(item).status());
}

}  // namespace
}  // namespace amana::sdk
