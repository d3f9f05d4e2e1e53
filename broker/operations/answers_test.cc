// Acknowledgement, seen, decision and recall answer: whose they must be, what they must name, when
// they come too late, and that the same bytes are one answer.
#include <gtest/gtest.h>

#include "broker/operations/testing_directory.h"

namespace amana::operations {
namespace {

const Answerer kSystem{};
Answerer Person() { return {.signer = HavenPerson()}; }
const tests::TestIdentity& CoastSigner() {
  return tests::TestSigner("haven", crypto::Role::kSystem, "coast");
}

struct Ready {
  World world;
  Sent sent = Send(world);
};

TEST(Answers, AnAcknowledgementMustBeOfTheUnitForTheDeliveryAndWhatWasSent) {
  Ready t;
  t.world.registry_files().Add("haven", "coast", CoastSigner().certificate);
  t.world.ReloadRegistry();
  const v1::Delivery offer = ReceiveOne(t.world);
  using Ack = v1::Acknowledgement;
  const struct {
    std::string reason;
    Answerer by;
    Edit<Ack> edit;
  } rows[] = {
      {"NOT_FOUND", {.unit = "coast"}, {}},
      {"SIGNER_WRONG_UNIT", {.signer = CoastSigner()}, {}},
      {"SENDER_NOT_CALLER", {.caller = "police"}, {}},
      {"HEADER_DIGEST_MISMATCH", {}, [](Ack& m) { m.set_header_digest(std::string(32, 'x')); }},
      {"NOT_FOUND", {}, [](Ack& m) { m.mutable_delivery()->set_offer_epoch(2); }},
      {"NOT_FOUND", {}, [](Ack& m) { m.mutable_delivery()->set_task(7); }},
      {"NOT_FOUND", {}, [](Ack& m) { m.mutable_delivery()->mutable_referral()->set_version(9); }},
      {"STAGE_INVALID", {}, [](Ack& m) { m.mutable_delivery()->clear_stage(); }},
      {"SECTION_MISMATCH",
       {},
       [](Ack& m) { m.mutable_opened(0)->mutable_plaintext_commitment()->front() ^= 1; }},
      {"SECTION_MISMATCH", {}, [](Ack& m) { m.mutable_opened(0)->set_slot(15); }},
      {"SECTION_MISMATCH", {}, [](Ack& m) { *m.add_opened() = m.opened(0); }},
      {"STATEMENT_TOO_OLD",
       {},
       [&](Ack& m) {
         m.mutable_meta()->set_created_unix_ms(
             ToUnixMillis(t.world.clock().Now() - absl::Hours(15 * 24)));
       }},
  };
  const uint64_t before = LogSize(t.world);
  for (const auto& row : rows) {
    const auto response = AcknowledgeAs(t.world, offer, row.by, row.edit);
    EXPECT_EQ(ErrorReason(response.status()), row.reason) << response.status();
  }
  EXPECT_EQ(LogSize(t.world), before);
  AMANA_EXPECT_OK(AcknowledgeAs(t.world, offer, kSystem).status());
}

TEST(Answers, TheSameBytesGetTheFirstReceiptOthersFindItDone) {
  Ready t;
  const v1::Delivery offer = ReceiveOne(t.world);
  const auto first = AcknowledgeAs(t.world, offer, kSystem);
  AMANA_ASSERT_OK(first.status());
  t.world.clock().Advance(absl::Hours(30 * 24));
  const auto older = [&](v1::Acknowledgement& m) {
    m.mutable_meta()->set_created_unix_ms(
        ToUnixMillis(t.world.clock().Now() - absl::Hours(30 * 24)));
  };
  const auto again = AcknowledgeAs(t.world, offer, kSystem, older);
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  EXPECT_EQ(ErrorReason(AcknowledgeAs(t.world, offer, kSystem).status()), "ALREADY_ACKNOWLEDGED");
}

TEST(Answers, SeenAndDecisionsAreAPersons) {
  Ready t;
  const v1::Delivery offer = ReceiveOne(t.world);
  const v1::DeliveryRef& ref = offer.delivery();
  EXPECT_EQ(ErrorReason(MarkSeenAs(t.world, ref, t.sent.digest, kSystem).status()),
            "SIGNER_NOT_PERSON");
  // Before the acknowledgement there is nothing that a person could have read.
  EXPECT_EQ(ErrorReason(MarkSeenAs(t.world, ref, t.sent.digest, Person()).status()),
            "TRANSITION_NOT_ALLOWED");
  AMANA_ASSERT_OK(t.world.Acknowledge(offer));
  EXPECT_EQ(ErrorReason(DecideAs(t.world, ref, t.sent.digest, Person()).status()),
            "TRANSITION_NOT_ALLOWED");
  AMANA_ASSERT_OK(MarkSeenAs(t.world, ref, t.sent.digest, Person()).status());
  AMANA_EXPECT_OK(MarkSeenAs(t.world, ref, t.sent.digest, Person()).status());  // the same bytes
  EXPECT_EQ(ErrorReason(DecideAs(t.world, ref, t.sent.digest, kSystem).status()),
            "SIGNER_NOT_PERSON");
  AMANA_EXPECT_OK(DecideAs(t.world, ref, t.sent.digest, Person()).status());
}

TEST(Answers, ADecisionSaysWhyOnlyWhereItDeclines) {
  Ready t;
  const v1::Delivery offer = OfferSeen(t.world, t.sent);
  using Message = v1::Decision;
  const struct {
    std::string reason;
    Edit<Message> edit;
  } rows[] = {
      {"FIELD_INVALID", [](Message& m) { m.set_reason(v1::REASON_NO_CAPACITY); }},
      {"FIELD_INVALID", [](Message& m) { m.set_accepted(false); }},
      {"FIELD_INVALID",
       [](Message& m) {
         m.set_accepted(false);
         m.set_reason(v1::REASON_NO_LONGER_NEEDED);
       }},
      {"HEADER_DIGEST_MISMATCH", [](Message& m) { m.clear_header_digest(); }},
  };
  for (const auto& row : rows) {
    const auto response = DecideAs(t.world, offer.delivery(), t.sent.digest, Person(), row.edit);
    EXPECT_EQ(ErrorReason(response.status()), row.reason) << response.status();
  }
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_SEEN);
}

const Edit<v1::Decision> kDecline = [](v1::Decision& m) {
  m.set_accepted(false);
  m.set_reason(v1::REASON_NO_CAPACITY);
};

TEST(Answers, WhoDeclinesAfterAcceptingIsNotGivenTheRest) {
  Ready t;
  const v1::Delivery offer = OfferSeen(t.world, t.sent);
  AMANA_ASSERT_OK(DecideAs(t.world, offer.delivery(), t.sent.digest, Person()).status());
  AMANA_ASSERT_OK(DecideAs(t.world, offer.delivery(), t.sent.digest, Person(), kDecline).status());
  // There is nobody else to ask, and what it had it need not keep.
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_UNROUTABLE);
  const std::vector<v1::ReceiveResponse> open = t.world.Receive();
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].recall().delivery().stage(), v1::DISCLOSURE_STAGE_AT_OFFER);
  EXPECT_EQ(DeliveriesOf(t.world, t.sent)[1].state, v1::DELIVERY_STATE_RECALLED);
}

TEST(Answers, WhoDeclinesAfterTheRestCameIsAskedToDeleteIt) {
  Ready t;
  const v1::Delivery offer = OfferSeen(t.world, t.sent);
  AMANA_ASSERT_OK(DecideAs(t.world, offer.delivery(), t.sent.digest, Person()).status());
  const v1::Delivery rest = ReceiveOne(t.world);
  AMANA_ASSERT_OK(t.world.Acknowledge(rest));
  AMANA_EXPECT_OK(MarkSeenAs(t.world, rest.delivery(), t.sent.digest, Person()).status());
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_ACCEPTED);
  AMANA_ASSERT_OK(DecideAs(t.world, offer.delivery(), t.sent.digest, Person(), kDecline).status());
  EXPECT_EQ(DeliveriesOf(t.world, t.sent)[1].state, v1::DELIVERY_STATE_RECALL_SENT);
}

TEST(Answers, CancelAfterAcceptanceTakesBackBothStages) {
  Ready t;
  const v1::Delivery offer = OfferSeen(t.world, t.sent);
  AMANA_ASSERT_OK(DecideAs(t.world, offer.delivery(), t.sent.digest, Person()).status());
  AMANA_ASSERT_OK(Cancel(t.world, t.sent).status());
  EXPECT_EQ(DeliveriesOf(t.world, t.sent)[0].state, v1::DELIVERY_STATE_RECALL_SENT);
  EXPECT_EQ(DeliveriesOf(t.world, t.sent)[1].state, v1::DELIVERY_STATE_RECALLED);
  const auto late = DecideAs(t.world, offer.delivery(), t.sent.digest, Person(), kDecline);
  EXPECT_EQ(ErrorReason(late.status()), "DELIVERY_RECALLED");
}

TEST(Answers, WhatWasRecalledCannotBeAcknowledgedSeenOrAccepted) {
  Ready t;
  const v1::Delivery leased = ReceiveOne(t.world);
  AMANA_ASSERT_OK(Cancel(t.world, t.sent).status());
  EXPECT_EQ(ErrorReason(t.world.Acknowledge(leased)), "DELIVERY_RECALLED");

  const Sent other = Send(t.world, 'o');
  v1::Delivery offer;
  for (const v1::ReceiveResponse& each : t.world.Receive()) {
    if (each.has_delivery()) offer = each.delivery();
  }
  AMANA_ASSERT_OK(t.world.Acknowledge(offer));
  AMANA_ASSERT_OK(Exclude(t.world, 'o').status());
  EXPECT_EQ(ErrorReason(MarkSeenAs(t.world, offer.delivery(), other.digest, Person()).status()),
            "DELIVERY_RECALLED");
}

TEST(Answers, AnExcludedRecipientCannotAcceptWhatItHasSeen) {
  Ready t;
  const v1::Delivery offer = OfferSeen(t.world, t.sent);
  AMANA_ASSERT_OK(Exclude(t.world, 's').status());
  EXPECT_EQ(ErrorReason(DecideAs(t.world, offer.delivery(), t.sent.digest, Person()).status()),
            "DELIVERY_RECALLED");
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_REVOKED);
}

TEST(Answers, ARecallIsConfirmedOrRefusedOnABasisOfItsOwn) {
  Ready t;
  const v1::Delivery offer = OfferSeen(t.world, t.sent);
  const v1::DeliveryRef& ref = offer.delivery();
  EXPECT_EQ(ErrorReason(AnswerRecallAs(t.world, ref, t.sent.digest, kSystem).status()),
            "TRANSITION_NOT_ALLOWED");
  AMANA_ASSERT_OK(Withdraw(t.world, t.sent.consent).status());
  using Message = v1::RecallAnswer;
  const struct {
    std::string reason;
    Edit<Message> edit;
  } rows[] = {
      {"FIELD_INVALID", [](Message& m) { m.set_legal_basis(v1::LEGAL_BASIS_LEGAL_DUTY); }},
      {"FIELD_INVALID", [](Message& m) { m.set_confirmed(false); }},
      {"FIELD_INVALID",
       [](Message& m) {
         m.set_confirmed(false);
         m.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
       }},
      {"UNKNOWN_CODE",
       [](Message& m) {
         m.set_confirmed(false);
         m.set_legal_basis(static_cast<v1::LegalBasis>(99));
       }},
  };
  for (const auto& row : rows) {
    const auto response = AnswerRecallAs(t.world, ref, t.sent.digest, kSystem, row.edit);
    EXPECT_EQ(ErrorReason(response.status()), row.reason) << response.status();
  }
  AMANA_ASSERT_OK(AnswerRecallAs(t.world, ref, t.sent.digest, kSystem, [](Message& m) {
                    m.set_confirmed(false);
                    m.set_legal_basis(v1::LEGAL_BASIS_LEGAL_DUTY);
                  }).status());
  EXPECT_EQ(OfferOf(t.world, t.sent).state, v1::DELIVERY_STATE_RECALL_REFUSED);
  EXPECT_EQ(EventsFrom(t.world).back().event.detail, std::string(1, v1::LEGAL_BASIS_LEGAL_DUTY));
  EXPECT_TRUE(t.world.Receive().empty());
}

TEST(Answers, ARecallUnansweredKeepsItsReasonAndIsAnsweredLate) {
  Ready t;
  const v1::Delivery offer = OfferSeen(t.world, t.sent);
  AMANA_ASSERT_OK(Withdraw(t.world, t.sent.consent).status());
  t.world.clock().Advance(absl::Hours(25));
  t.world.RunTimers();
  EXPECT_EQ(OfferOf(t.world, t.sent).state, v1::DELIVERY_STATE_RECALL_UNANSWERED);
  EXPECT_EQ(EventsFrom(t.world).back().event.reason, v1::REASON_RECALL_SLA_MISSED);
  const std::vector<v1::ReceiveResponse> open = t.world.Receive();
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].recall().reason(), v1::REASON_CONSENT_WITHDRAWN);
  AMANA_ASSERT_OK(AnswerRecallAs(t.world, offer.delivery(), t.sent.digest, kSystem).status());
  EXPECT_EQ(OfferOf(t.world, t.sent).state, v1::DELIVERY_STATE_RECALL_CONFIRMED);
}

TEST(Answers, AnAnswerToAnOlderOfferIsRefused) {
  Ready t;
  const v1::Delivery offer = ReceiveOne(t.world);
  // The lease ends, the key is revoked, and the sender wraps for the next one: a second offer.
  t.world.clock().Advance(absl::Minutes(2));
  t.world.RunTimers();
  SealIntakeTo(t.world, {0, 1});
  t.world.registry_files().Revoke(HavenSealer().certificate.id());
  t.world.ReloadRegistry();
  t.world.Receive();
  AMANA_ASSERT_OK(AddWrapsOf(t.world, {GrantFor(t.world, t.sent, 1)}).status());
  EXPECT_EQ(TaskOf(t.world, t.sent).offer_epoch, 2u);
  EXPECT_EQ(ErrorReason(t.world.Acknowledge(offer)), "OFFER_EPOCH_OUTDATED");
  EXPECT_EQ(ErrorReason(MarkSeenAs(t.world, offer.delivery(), t.sent.digest, Person()).status()),
            "OFFER_EPOCH_OUTDATED");
}

TEST(Answers, TheRecipientsReceiptsDoNotTellWhatTheConsentWithheld) {
  World world;
  v1::ConsentRecord consent = world.Consent();
  consent.mutable_categories()->erase(consent.mutable_categories()->begin() + 1);  // IDENTITY
  AMANA_ASSERT_OK(world.Register(consent));
  const Sent sent = SendUnder(world, consent);
  ASSERT_FALSE(TaskOf(world, sent).withheld.empty());
  const v1::Delivery offer = ReceiveOne(world);
  AMANA_ASSERT_OK(world.Acknowledge(offer));
  AMANA_ASSERT_OK(MarkSeenAs(world, offer.delivery(), sent.digest, Person()).status());
  AMANA_ASSERT_OK(DecideAs(world, offer.delivery(), sent.digest, Person()).status());
  for (const store::StoredEvent& stored : EventsFrom(world)) {
    if (stored.event.actor_agency != *AgencyId::Create("haven")) continue;
    EXPECT_TRUE(stored.event.withheld.empty()) << stored.event.kind;
    EXPECT_TRUE(stored.event.consent_rules.empty()) << stored.event.kind;
  }
}

}  // namespace
}  // namespace amana::operations
