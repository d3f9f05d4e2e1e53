#include "broker/store/suite.h"
#include "gmock/gmock.h"

namespace amana::store {
namespace {

constexpr const char* kReceived = "application/vnd.amana.received.v1+protobuf";
constexpr const char* kSeen = "application/vnd.amana.seen.v1+protobuf";

Work Move(v1::DeliveryState from, const DeliveryRecord& delivery) {
  return [from, delivery](Transaction& tx) { return tx.deliveries().Move(from, delivery); };
}
Work Queue(const DeliveryRecord& delivery) {
  return [delivery](Transaction& tx) { return tx.deliveries().Queue(delivery); };
}
DeliveryRecord InState(uint32_t number, v1::DeliveryState state) {
  DeliveryRecord delivery = SampleDelivery(number);
  delivery.state = state;
  return delivery;
}
uint32_t NumberOf(const DeliveryRecord& delivery) {
  return delivery.key.task.referral.referral.data()[15];
}

TEST_P(StoreSuite, DeliveriesReadBackAsTheyWere) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  DeliveryRecord second = SampleDelivery(1);
  second.key.stage = v1::DISCLOSURE_STAGE_AT_ACCEPT;
  second.due = absl::InfiniteFuture();
  second.attempts = 4;
  second.lease_epoch = uint64_t{1} << 40;
  second.reason = v1::REASON_NATIVE_TIMEOUT;
  AMANA_ASSERT_OK(Do(Queue(second)));
  Reopen();
  const auto look = Look();
  EXPECT_EQ(Print(*look->deliveries().Find(SampleDelivery(1).key).value()),
            Print(SampleDelivery(1)));
  EXPECT_EQ(Print(*look->deliveries().Find(second.key).value()), Print(second));
  EXPECT_FALSE(look->deliveries().Find(SampleDelivery(2).key).value().has_value());
  const auto of_task = look->deliveries().OfTask(second.key.task).value();
  ASSERT_EQ(of_task.size(), 2u);
  EXPECT_EQ(of_task[1].key, second.key);
  EXPECT_TRUE(look->deliveries().OfTask({SampleKey(9), 0})->empty());
}

TEST_P(StoreSuite, ADeliveryIsQueuedOnceAndMovesFromTheExpectedStateOnly) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  EXPECT_EQ(ErrorReason(Do(Queue(SampleDelivery(1))).status()), "CONFLICT");
  EXPECT_EQ(ErrorReason(Do(Queue(SampleDelivery(2))).status()), "NOT_FOUND");
  const DeliveryRecord leased = InState(1, v1::DELIVERY_STATE_LEASED);
  EXPECT_EQ(ErrorReason(Do(Move(v1::DELIVERY_STATE_SENT, leased)).status()), "CONFLICT");
  AMANA_ASSERT_OK(Do(Move(v1::DELIVERY_STATE_QUEUED, leased)));
  EXPECT_EQ(ErrorReason(Do(Move(v1::DELIVERY_STATE_QUEUED, leased)).status()), "CONFLICT");
  EXPECT_EQ(ErrorReason(Do(Move(v1::DELIVERY_STATE_QUEUED, SampleDelivery(5))).status()),
            "CONFLICT");
  EXPECT_EQ(Print(*Look()->deliveries().Find(leased.key).value()), Print(leased));
}

TEST_P(StoreSuite, TheMostUrgentThenTheOldestIsNext) {
  const auto accept = [this](uint32_t number, v1::Urgency urgency, int age, const char* unit) {
    AMANA_EXPECT_OK(Do([=](Transaction& tx) -> absl::Status {
      AMANA_RETURN_IF_ERROR(
          tx.referrals().Accept(SampleReferral(number), SampleBody(number), {SampleTask(number)}));
      DeliveryRecord delivery = SampleDelivery(number);
      delivery.urgency = urgency;
      delivery.queued = SampleTime() - absl::Minutes(age);
      delivery.recipient = SampleAddress("shelter", unit);
      return tx.deliveries().Queue(delivery);
    }));
  };
  accept(1, v1::URGENCY_NORMAL, 50, "intake");
  accept(2, v1::URGENCY_URGENT, 1, "intake");
  accept(3, v1::URGENCY_URGENT, 9, "intake");
  accept(4, v1::URGENCY_IMMEDIATE, 0, "intake");
  accept(5, v1::URGENCY_IMMEDIATE, 90, "night");
  const Address intake = SampleAddress("shelter", "intake");
  std::vector<uint32_t> order;
  while (true) {
    const auto next = Look()->deliveries().NextQueued(intake).value();
    if (!next.has_value()) break;
    order.push_back(NumberOf(*next));
    DeliveryRecord leased = *next;
    leased.state = v1::DELIVERY_STATE_LEASED;
    AMANA_ASSERT_OK(Do(Move(v1::DELIVERY_STATE_QUEUED, leased)));
  }
  EXPECT_THAT(order, testing::ElementsAre(4, 3, 2, 1));
}

TEST_P(StoreSuite, DueDeliveriesEarliestFirst) {
  for (uint32_t i = 0; i < 5; ++i) {
    AMANA_ASSERT_OK(Do([i](Transaction& tx) -> absl::Status {
      ReferralRecord referral = SampleReferral(i);
      AMANA_RETURN_IF_ERROR(tx.referrals().Accept(referral, SampleBody(i), {}));
      DeliveryRecord delivery = SampleDelivery(i);
      delivery.due =
          i == 4 ? absl::InfiniteFuture() : SampleTime() + absl::Minutes(i == 0 ? 30 : i);
      return tx.deliveries().Queue(delivery);
    }));
  }
  const auto look = Look();
  std::vector<uint32_t> order;
  const auto all = look->deliveries().Due(SampleTime() + absl::Hours(1), 10).value();
  order.reserve(all.size());
  for (const DeliveryRecord& delivery : all) order.push_back(NumberOf(delivery));
  EXPECT_THAT(order, testing::ElementsAre(1, 2, 3, 0));
  EXPECT_EQ(look->deliveries().Due(SampleTime() + absl::Minutes(2), 10)->size(), 2u);
  EXPECT_EQ(look->deliveries().Due(SampleTime() + absl::Hours(1), 2)->size(), 2u);
  EXPECT_EQ(look->deliveries().NextDue().value(), SampleTime() + absl::Minutes(1));
}

TEST_P(StoreSuite, NothingIsDueInAnEmptyStore) {
  EXPECT_EQ(Look()->deliveries().NextDue().value(), absl::InfiniteFuture());
}

TEST_P(StoreSuite, OpenRecallsOfAUnitOldestFirst) {
  for (uint32_t i = 1; i <= 4; ++i) AMANA_ASSERT_OK(Do(AcceptSample(i)));
  const auto queued = v1::DELIVERY_STATE_QUEUED;
  AMANA_ASSERT_OK(Do(Move(queued, InState(3, v1::DELIVERY_STATE_RECALL_SENT))));
  AMANA_ASSERT_OK(Do(Move(queued, InState(2, v1::DELIVERY_STATE_RECALL_UNANSWERED))));
  AMANA_ASSERT_OK(Do(Move(queued, InState(1, v1::DELIVERY_STATE_RECALL_CONFIRMED))));
  const auto look = Look();
  const Address intake = SampleAddress("shelter", "intake");
  const auto recalls = look->deliveries().OpenRecalls(intake, 10).value();
  ASSERT_EQ(recalls.size(), 2u);
  EXPECT_EQ(NumberOf(recalls[0]), 2u);
  EXPECT_EQ(NumberOf(recalls[1]), 3u);
  EXPECT_EQ(look->deliveries().OpenRecalls(intake, 1)->size(), 1u);
  EXPECT_TRUE(look->deliveries().OpenRecalls(SampleAddress("shelter", "night"), 10)->empty());
}

TEST_P(StoreSuite, DeadLettersInPages) {
  for (uint32_t i = 1; i <= 7; ++i) {
    AMANA_ASSERT_OK(Do(AcceptSample(i)));
    if (i == 4) continue;
    AMANA_ASSERT_OK(
        Do(Move(v1::DELIVERY_STATE_QUEUED, InState(i, v1::DELIVERY_STATE_DEAD_LETTER))));
  }
  std::vector<uint32_t> seen;
  Page page{2, ""};
  do {
    const auto found = Look()->deliveries().DeadLetters(page);
    AMANA_ASSERT_OK(found);
    for (const DeliveryRecord& delivery : found->items) seen.push_back(NumberOf(delivery));
    page.token = found->next_token;
  } while (!page.token.empty());
  EXPECT_THAT(seen, testing::ElementsAre(1, 2, 3, 5, 6, 7));
}

TEST_P(StoreSuite, WhatWasDisclosedOfAPersonInPages) {
  const Pseudonym person = SampleId<Pseudonym>(77);
  for (uint32_t i = 1; i <= 6; ++i) {
    AMANA_ASSERT_OK(Do(AcceptSample(i)));
    DeliveryRecord leased = InState(i, v1::DELIVERY_STATE_LEASED);
    leased.disclosed = i != 2;
    if (i != 4) leased.subject = person;
    AMANA_ASSERT_OK(Do(Move(v1::DELIVERY_STATE_QUEUED, leased)));
  }
  std::vector<uint32_t> seen;
  Page page{2, ""};
  do {
    const auto found = Look()->deliveries().DisclosedOf(person, page);
    AMANA_ASSERT_OK(found);
    for (const DeliveryRecord& delivery : found->items) seen.push_back(NumberOf(delivery));
    page.token = found->next_token;
  } while (!page.token.empty());
  EXPECT_THAT(seen, testing::ElementsAre(1, 3, 5, 6));
}

TEST_P(StoreSuite, DisclosureIsRememberedByPersonAndAgency) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  const auto disclosed = [this](uint32_t person, const char* agency) {
    return Look()
        ->deliveries()
        .WasDisclosedTo(SampleId<Pseudonym>(person), SampleAgency(agency))
        .value();
  };
  EXPECT_FALSE(disclosed(1, "shelter"));
  DeliveryRecord leased = InState(1, v1::DELIVERY_STATE_LEASED);
  leased.disclosed = true;
  AMANA_ASSERT_OK(Do(Move(v1::DELIVERY_STATE_QUEUED, leased)));
  EXPECT_TRUE(disclosed(1, "shelter"));
  EXPECT_FALSE(disclosed(1, "police"));
  EXPECT_FALSE(disclosed(2, "shelter"));
}

TEST_P(StoreSuite, TheVersionOfAConsentThatAnAgencyReceivedUnder) {
  const ConsentId consent = SampleId<ConsentId>(9);
  const auto accept = [&](uint32_t number, uint32_t version, bool disclosed) {
    AMANA_ASSERT_OK(Do([=](Transaction& tx) -> absl::Status {
      ReferralRecord record = SampleReferral(number);
      record.subject = SampleId<Pseudonym>(7);
      record.consent_id = consent;
      record.consent_version = version;
      AMANA_RETURN_IF_ERROR(
          tx.referrals().Accept(record, SampleBody(number), {SampleTask(number)}));
      DeliveryRecord delivery = SampleDelivery(number);
      delivery.subject = record.subject;
      delivery.disclosed = disclosed;
      return tx.deliveries().Queue(delivery);
    }));
  };
  const auto shown = [&](uint32_t person, const ConsentId& id, const char* agency) {
    return Look()
        ->deliveries()
        .ConsentVersionShownTo(SampleId<Pseudonym>(person), id, SampleAgency(agency))
        .value();
  };
  accept(1, 3, /*disclosed=*/false);
  EXPECT_EQ(shown(7, consent, "shelter"), std::nullopt);
  accept(2, 2, true);
  accept(3, 1, true);
  EXPECT_EQ(shown(7, consent, "shelter"), 2u);
  EXPECT_EQ(shown(7, consent, "police"), std::nullopt);
  EXPECT_EQ(shown(8, consent, "shelter"), std::nullopt);
  EXPECT_EQ(shown(7, SampleId<ConsentId>(8), "shelter"), std::nullopt);
}

TEST_P(StoreSuite, WhoHasReferredAPersonIsRememberedWhileSomethingOfItIsOut) {
  const auto referred = [this](uint32_t person, const char* agency) {
    return Look()
        ->deliveries()
        .WasReferredBy(SampleId<Pseudonym>(person), SampleAgency(agency))
        .value();
  };
  EXPECT_FALSE(referred(1, "police"));
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  EXPECT_TRUE(referred(1, "police"));
  EXPECT_FALSE(referred(1, "shelter"));
  EXPECT_FALSE(referred(2, "police"));
  TaskRecord over = SampleTask(1);
  over.state = v1::TASK_STATE_CANCELLED;
  AMANA_ASSERT_OK(
      Do([over](Transaction& tx) { return tx.referrals().MoveTask(v1::TASK_STATE_ROUTED, over); }));
  EXPECT_FALSE(referred(1, "police"));
  DeliveryRecord leased = InState(1, v1::DELIVERY_STATE_LEASED);
  leased.disclosed = true;
  AMANA_ASSERT_OK(Do(Move(v1::DELIVERY_STATE_QUEUED, leased)));
  EXPECT_TRUE(referred(1, "police"));
  EXPECT_FALSE(referred(2, "police"));
}

TEST_P(StoreSuite, OneAnswerPerPayloadTypeTheLastStands) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  const DeliveryKey key = SampleDelivery(1).key;
  const auto keep = [key](const char* type, uint32_t number) {
    return [=](Transaction& tx) {
      return tx.deliveries().KeepAnswer(key, type, SampleStatement(number));
    };
  };
  AMANA_ASSERT_OK(Do(keep(kReceived, 1)));
  AMANA_ASSERT_OK(Do(keep(kSeen, 2)));
  AMANA_ASSERT_OK(Do(keep(kReceived, 3)));
  const auto look = Look();
  EXPECT_EQ(Print(*look->deliveries().FindAnswer(key, kReceived).value()),
            Print(SampleStatement(3)));
  EXPECT_EQ(Print(*look->deliveries().FindAnswer(key, kSeen).value()), Print(SampleStatement(2)));
  DeliveryKey other = key;
  other.offer_epoch = 2;
  EXPECT_FALSE(look->deliveries().FindAnswer(other, kSeen).value().has_value());
}

}  // namespace
}  // namespace amana::store
