#include "broker/store/suite.h"
#include "gmock/gmock.h"

namespace amana::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

OfferRecord SampleOffer(uint32_t number, uint32_t epoch) {
  OfferRecord offer;
  offer.task = {SampleKey(number), 0};
  offer.offer_epoch = epoch;
  offer.recipient = SampleAddress("shelter", "intake");
  offer.reason = v1::REASON_ACK_SLA_MISSED;
  offer.offered = SampleTime();
  offer.ended = SampleTime() + absl::Hours(12);
  return offer;
}

// The task as it goes on after its offer of `epoch` has ended.
TaskRecord Reoffered(uint32_t number, uint32_t epoch) {
  TaskRecord task = SampleTask(number);
  task.offer_epoch = epoch + 1;
  task.recipient = SampleAddress("shelter-b", "home");
  task.clock.offered = SampleTime() + absl::Hours(12);
  return task;
}

std::vector<uint32_t> Numbers(const std::vector<TaskRecord>& tasks) {
  std::vector<uint32_t> numbers;
  for (const TaskRecord& task : tasks) {
    for (uint32_t number = 1; number < 20; ++number) {
      if (task.key.referral == SampleKey(number)) numbers.push_back(number);
    }
  }
  return numbers;
}

TEST_P(StoreSuite, TheClockOfATaskReadsBackAsItWas) {
  TaskRecord task = SampleTask(1);
  task.clock = {SampleTime(), absl::Minutes(7), v1::ESCALATION_LEVEL_COORDINATOR,
                CallState::kEscalated, SampleTime() + absl::Milliseconds(3600001)};
  task.missing = v1::ROUTE_GAP_LANGUAGE;
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  AMANA_ASSERT_OK(
      Do([&](Transaction& tx) { return tx.referrals().MoveTask(v1::TASK_STATE_ROUTED, task); }));
  Reopen();
  EXPECT_EQ(Print(Look()->referrals().Tasks(SampleKey(1))->at(0)), Print(task));
}

TEST_P(StoreSuite, ClocksAreDueWhenTheirTimeHasCome) {
  for (const uint32_t number : {3, 1, 2}) AMANA_ASSERT_OK(Do(AcceptSample(number)));
  TaskRecord never = SampleTask(2);
  never.clock.due = absl::InfiniteFuture();
  AMANA_ASSERT_OK(
      Do([&](Transaction& tx) { return tx.referrals().MoveTask(v1::TASK_STATE_ROUTED, never); }));
  const auto look = Look();
  const absl::Time first = SampleTask(1).clock.due;
  EXPECT_THAT(Numbers(look->offers().DueClocks(first - absl::Milliseconds(1), 9).value()),
              IsEmpty());
  EXPECT_THAT(Numbers(look->offers().DueClocks(first, 9).value()), ElementsAre(1));
  EXPECT_THAT(Numbers(look->offers().DueClocks(first + absl::Hours(9), 9).value()),
              ElementsAre(1, 3));
  EXPECT_THAT(Numbers(look->offers().DueClocks(first + absl::Hours(9), 1).value()), ElementsAre(1));
}

TEST_P(StoreSuite, TheNextDueIsAlsoThatOfAClock) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  TaskRecord task = SampleTask(1);
  task.clock.due = SampleTime() + absl::Seconds(1);
  AMANA_ASSERT_OK(
      Do([&](Transaction& tx) { return tx.referrals().MoveTask(v1::TASK_STATE_ROUTED, task); }));
  EXPECT_EQ(Look()->deliveries().NextDue().value(), SampleTime() + absl::Seconds(1));
}

TEST_P(StoreSuite, AnOfferThatIsOverStaysAsItEnded) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  const auto end = [](uint32_t epoch, v1::TaskState from) {
    return [epoch, from](Transaction& tx) {
      return tx.offers().EndOffer(from, SampleOffer(1, epoch), Reoffered(1, epoch));
    };
  };
  AMANA_ASSERT_OK(Do(end(1, v1::TASK_STATE_ROUTED)));
  AMANA_ASSERT_OK(Do(end(2, v1::TASK_STATE_ROUTED)));
  // Neither over an offer that is over, nor over a task that has moved on meanwhile.
  EXPECT_EQ(ErrorReason(Do(end(2, v1::TASK_STATE_ROUTED)).status()), "CONFLICT");
  EXPECT_EQ(ErrorReason(Do(end(3, v1::TASK_STATE_SEEN)).status()), "CONFLICT");
  Reopen();
  const auto look = Look();
  const auto past = look->offers().PastOffers({SampleKey(1), 0}).value();
  ASSERT_EQ(past.size(), 2u);
  EXPECT_EQ(Print(past[0]), Print(SampleOffer(1, 1)));
  EXPECT_EQ(Print(past[1]), Print(SampleOffer(1, 2)));
  EXPECT_EQ(Print(look->referrals().Tasks(SampleKey(1))->at(0)), Print(Reoffered(1, 2)));
  EXPECT_THAT(look->offers().PastOffers({SampleKey(1), 1}).value(), IsEmpty());
  EXPECT_THAT(look->offers().PastOffers({SampleKey(9), 0}).value(), IsEmpty());
}

TEST_P(StoreSuite, UnroutableTasksInTheOrderOfTheirAcceptance) {
  for (uint32_t number = 1; number <= 4; ++number) AMANA_ASSERT_OK(Do(AcceptSample(number)));
  for (const uint32_t number : {4, 1, 3}) {
    TaskRecord task = SampleTask(number);
    task.state = v1::TASK_STATE_UNROUTABLE;
    task.recipient.reset();
    AMANA_ASSERT_OK(
        Do([&](Transaction& tx) { return tx.referrals().MoveTask(v1::TASK_STATE_ROUTED, task); }));
  }
  const auto look = Look();
  EXPECT_THAT(Numbers(look->offers().UnroutableTasks(std::nullopt, 9).value()),
              ElementsAre(1, 3, 4));
  EXPECT_THAT(Numbers(look->offers().UnroutableTasks(std::nullopt, 2).value()), ElementsAre(1, 3));
  EXPECT_THAT(Numbers(look->offers().UnroutableTasks(TaskKey{SampleKey(1), 0}, 9).value()),
              ElementsAre(3, 4));
  EXPECT_EQ(ErrorReason(look->offers().UnroutableTasks(TaskKey{SampleKey(9), 0}, 9).status()),
            "NOT_FOUND");
}

TEST_P(StoreSuite, TheLastOrderOfCandidatesStandsUntilItIsErased) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  const auto set = [](uint32_t number, std::string envelope) {
    return [number, envelope = std::move(envelope)](Transaction& tx) {
      return tx.offers().SetOrder(SampleKey(1), {number, envelope});
    };
  };
  EXPECT_FALSE(Look()->offers().FindOrder(SampleKey(1)).value().has_value());
  AMANA_ASSERT_OK(Do(set(1, "SYNTHETIC order one")));
  AMANA_ASSERT_OK(Do(set(2, "SYNTHETIC order two")));
  Reopen();
  const auto order = Look()->offers().FindOrder(SampleKey(1)).value();
  ASSERT_TRUE(order.has_value());
  EXPECT_EQ(order->number, 2u);
  EXPECT_EQ(order->envelope, "SYNTHETIC order two");
  EXPECT_FALSE(Look()->offers().FindOrder(SampleKey(2)).value().has_value());

  AMANA_ASSERT_OK(Do([](Transaction& tx) { return tx.erasures().Erase(SampleKey(1)).status(); }));
  EXPECT_FALSE(Look()->offers().FindOrder(SampleKey(1)).value().has_value());
  EXPECT_EQ(ErrorReason(Do(set(3, "SYNTHETIC order three")).status()), "ERASED");
}

TEST_P(StoreSuite, PlacesAreHeldForOffersAndSinceTheLastCount) {
  for (uint32_t number = 1; number <= 4; ++number) AMANA_ASSERT_OK(Do(AcceptSample(number)));
  const Address unit = SampleAddress("shelter", "intake");
  const absl::Time t = SampleTime();
  const auto hold = [&](uint32_t number, absl::Time until, std::optional<absl::Time> accepted) {
    return [=](Transaction& tx) {
      return tx.offers().HoldPlace(
          {unit, {SampleKey(number), 0}, v1::SERVICE_TYPE_ACCOMMODATION, until, accepted},
          t - absl::Hours(24));
    };
  };
  const auto held = [&](absl::Time counted, absl::Time now) {
    return Look()->offers().PlacesHeld(unit, v1::SERVICE_TYPE_ACCOMMODATION, counted, now).value();
  };
  AMANA_ASSERT_OK(Do(hold(1, t + absl::Hours(1), std::nullopt)));
  AMANA_ASSERT_OK(Do(hold(2, t + absl::Hours(3), std::nullopt)));
  AMANA_ASSERT_OK(Do(hold(3, t + absl::Hours(1), t + absl::Minutes(5))));
  EXPECT_EQ(held(t, t), 3u);
  EXPECT_EQ(held(t + absl::Minutes(5), t), 2u);  // the count has the accepted one in it
  EXPECT_EQ(held(t, t + absl::Hours(1)), 2u);    // the first was held long enough
  EXPECT_EQ(Look()->offers().PlacesHeld(unit, v1::SERVICE_TYPE_MEDICAL, t, t).value(), 0u);
  EXPECT_EQ(Look()
                ->offers()
                .PlacesHeld(SampleAddress("shelter", "coast"), v1::SERVICE_TYPE_ACCOMMODATION, t, t)
                .value(),
            0u);
  // Accepted: the same place, held on.
  AMANA_ASSERT_OK(Do(hold(2, t + absl::Hours(3), t + absl::Hours(2))));
  EXPECT_EQ(held(t, t), 3u);
  const auto free = [&](uint32_t number) {
    return [=](Transaction& tx) { return tx.offers().FreePlace(unit, {SampleKey(number), 0}); };
  };
  AMANA_ASSERT_OK(Do(free(2)));
  AMANA_ASSERT_OK(Do(free(2)));
  AMANA_ASSERT_OK(Do(free(9)));
  Reopen();
  EXPECT_EQ(held(t, t), 2u);
  // What is older than any count goes when the next is held.
  AMANA_ASSERT_OK(Do([&](Transaction& tx) {
    return tx.offers().HoldPlace({unit,
                                  {SampleKey(4), 0},
                                  v1::SERVICE_TYPE_ACCOMMODATION,
                                  t + absl::Hours(50),
                                  std::nullopt},
                                 t + absl::Hours(30));
  }));
  EXPECT_EQ(held(absl::InfinitePast(), t), 1u);
}

TEST_P(StoreSuite, AStatementAboutAnOfferIsKeptByItsDigest) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  const auto keep = [](const StatementRecord& statement) {
    return
        [statement](Transaction& tx) { return tx.offers().KeepStatement(SampleKey(1), statement); };
  };
  AMANA_ASSERT_OK(Do(keep(SampleStatement(5))));
  StatementRecord later = SampleStatement(5);
  later.log_index = 99;
  AMANA_ASSERT_OK(Do(keep(later)));
  const auto look = Look();
  const auto found = look->offers().FindStatement(SampleKey(1), SampleId<Digest>(5)).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(Print(*found), Print(SampleStatement(5)));  // the first stands
  EXPECT_FALSE(look->offers().FindStatement(SampleKey(1), SampleId<Digest>(6)).value().has_value());
  EXPECT_FALSE(look->offers().FindStatement(SampleKey(2), SampleId<Digest>(5)).value().has_value());
}

}  // namespace
}  // namespace amana::store
