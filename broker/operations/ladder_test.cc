// What time does to an offer that nobody answers, to the second, whatever restarts in between.
// Windows of URGENT: acknowledge 12 h, decide 36 h, start 72 h; of IMMEDIATE 1 h, 3 h, 1 h.
#include <gtest/gtest.h>

#include "broker/operations/testing_offers.h"

namespace amana::operations {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Ladder : public ::testing::Test {
 protected:
  Ladder() {
    AddShelter(world, kRefuge);
    AppointOfficer(world);
  }
  absl::Time Now() { return world.clock().Now(); }
  std::string With(const Sent& sent) {
    const store::TaskRecord task = TaskOf(world, sent);
    return task.recipient.has_value() ? task.recipient->agency.value() : "";
  }
  // One second before `at` nothing happens, at `at` what is expected does; the broker starts anew
  // before either.
  std::vector<v1::EventKind> At(absl::Time at) {
    const uint64_t before = LogSize(world);
    world.clock().Advance(at - absl::Seconds(1) - Now());
    world.Restart();
    world.RunTimers();
    EXPECT_THAT(TaskEventsFrom(world, before), IsEmpty()) << at - absl::Seconds(1);
    world.clock().Advance(absl::Seconds(1));
    world.Restart();
    world.RunTimers();
    return TaskEventsFrom(world, before);
  }
  events::Event Last(v1::EventKind kind) {
    const std::vector<store::StoredEvent> all = EventsFrom(world);
    for (auto each = all.rbegin(); each != all.rend(); ++each) {
      if (each->event.kind == kind) return each->event;
    }
    ADD_FAILURE() << "no such event";
    return {};
  }

  World world;
};

constexpr auto kReminded = v1::EVENT_KIND_TASK_REMINDED;
constexpr auto kEscalated = v1::EVENT_KIND_TASK_ESCALATED;
constexpr auto kAlerted = v1::EVENT_KIND_TASK_ALERTED;
constexpr auto kRerouted = v1::EVENT_KIND_TASK_REROUTED;
constexpr auto kRouted = v1::EVENT_KIND_TASK_ROUTED;

TEST_F(Ladder, SilenceIsRemindedOfThenTheNextIsAskedThenTheCoordinatorThenEverybody) {
  const Sent sent = SendRouteTo(world, {kHaven, kRefuge});
  const absl::Time offered = Now();
  EXPECT_THAT(At(offered + absl::Hours(6)), ElementsAre(kReminded));
  EXPECT_THAT(At(offered + absl::Hours(12)), ElementsAre(kRerouted, kRouted));
  EXPECT_EQ(With(sent), "refuge");
  EXPECT_EQ(Last(kRerouted).reason, v1::REASON_ACK_SLA_MISSED);

  const absl::Time second = Now();
  EXPECT_THAT(At(second + absl::Hours(6)), ElementsAre(kReminded));
  EXPECT_THAT(At(second + absl::Hours(12)), ElementsAre(kEscalated));
  EXPECT_EQ(With(sent), "refuge") << "there is nobody else: the offer stands";
  ASSERT_EQ(QueueOf(world).size(), 1u);
  EXPECT_EQ(QueueOf(world)[0].reason(), v1::QUEUE_REASON_NOT_ACKNOWLEDGED);
  EXPECT_FALSE(QueueOf(world)[0].alerted());
  EXPECT_THAT(At(second + absl::Hours(18)), ElementsAre(kAlerted));
  EXPECT_TRUE(QueueOf(world)[0].alerted());
  // After that nothing more, until the referral's own time is over.
  world.clock().Advance(absl::Hours(100));
  const uint64_t before = LogSize(world);
  world.RunTimers();
  EXPECT_THAT(TaskEventsFrom(world, before), IsEmpty());
  // It is not too late to answer.
  AcceptAt(world, kRefuge);
  EXPECT_TRUE(QueueOf(world).empty());
}

TEST_F(Ladder, WhoHasReadItHasUntilTheDecisionIsDue) {
  const Sent sent = SendRouteTo(world, {kHaven, kRefuge});
  const absl::Time offered = Now();
  world.clock().Advance(absl::Hours(5));
  const v1::Delivery offer = SeeAt(world, kHaven);
  EXPECT_THAT(At(offered + absl::Hours(18)), ElementsAre(kReminded));
  EXPECT_EQ(Last(kReminded).recipient, kHaven.address());
  EXPECT_EQ(Last(kReminded).detail, std::string(1, v1::CLOCK_DECIDE));
  EXPECT_THAT(At(offered + absl::Hours(36)), ElementsAre(kRerouted, kRouted));
  EXPECT_EQ(Last(kRerouted).reason, v1::REASON_DECISION_SLA_MISSED);
  EXPECT_EQ(With(sent), "refuge");
  EXPECT_EQ(ErrorReason(DecideAt(world, kHaven, offer).status()), "OFFER_EPOCH_OUTDATED");
  ASSERT_EQ(ReceiveAt(world, kHaven).size(), 1u);
}

TEST_F(Ladder, ReadingItLateDoesNotBringBackTheReminder) {
  SendRouteTo(world, {kHaven, kRefuge});
  const absl::Time offered = Now();
  EXPECT_THAT(At(offered + absl::Hours(6)), ElementsAre(kReminded));
  TakeAt(world, kHaven);  // the system has it; nobody has read it
  EXPECT_THAT(At(offered + absl::Hours(12)), ElementsAre(kRerouted, kRouted));
}

TEST_F(Ladder, NothingTellsARecipientOfWhatItWasNeverGiven) {
  SendRouteTo(world, {kHaven});
  const absl::Time offered = Now();
  EXPECT_THAT(At(offered + absl::Hours(6)), ElementsAre(kReminded));
  EXPECT_EQ(Last(kReminded).recipient, std::nullopt);
}

TEST_F(Ladder, AQuestionStopsTheRecipientsClockAndStartsTheSenders) {
  const Sent sent = SendRouteTo(world, {kHaven, kRefuge});
  const absl::Time offered = Now();
  const v1::Delivery offer = SeeAt(world, kHaven);
  world.clock().Advance(absl::Hours(10));
  AMANA_ASSERT_OK(AskAt(world, kHaven, offer).status());
  const absl::Time asked = Now();
  EXPECT_THAT(At(asked + absl::Hours(18)), ElementsAre(kReminded));
  EXPECT_EQ(Last(kReminded).detail, std::string(1, v1::CLOCK_ANSWER));
  EXPECT_EQ(Last(kReminded).recipient, std::nullopt) << "the sender owes";
  EXPECT_THAT(At(asked + absl::Hours(36)), ElementsAre(kEscalated));
  EXPECT_EQ(With(sent), "haven") << "who asked is not passed over for the sender's silence";
  EXPECT_EQ(QueueOf(world).at(0).reason(), v1::QUEUE_REASON_NOT_ANSWERED);
  EXPECT_THAT(At(asked + absl::Hours(54)), ElementsAre(kAlerted));
  EXPECT_LT(offered, asked);
}

TEST_F(Ladder, WhoAcceptedMustBegin) {
  const Sent sent = SendRouteTo(world, {kHaven, kRefuge});
  const v1::Delivery offer = AcceptAt(world, kHaven);
  const absl::Time accepted = Now();
  EXPECT_THAT(At(accepted + absl::Hours(36)), ElementsAre(kReminded));
  EXPECT_THAT(At(accepted + absl::Hours(72)), ElementsAre(kEscalated));
  EXPECT_EQ(With(sent), "haven") << "the broker takes nobody out of a bed";
  EXPECT_EQ(QueueOf(world).at(0).reason(), v1::QUEUE_REASON_NOT_STARTED);
  AMANA_ASSERT_OK(StartAt(world, kHaven, offer).status());
  EXPECT_TRUE(QueueOf(world).empty());
  world.clock().Advance(absl::Hours(100));
  const uint64_t before = LogSize(world);
  world.RunTimers();
  EXPECT_THAT(TaskEventsFrom(world, before), IsEmpty());
}

TEST_F(Ladder, AWrapIsOwedByTheSender) {
  const Sent sent = SendRoute(world, ConsentTo(world, {kRefuge}), {});
  const absl::Time chosen = Now();
  ASSERT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_NEEDS_WRAP);
  EXPECT_THAT(At(chosen + absl::Hours(6)), ElementsAre(kReminded));
  EXPECT_EQ(Last(kReminded).recipient, std::nullopt);
  EXPECT_THAT(At(chosen + absl::Hours(12)), ElementsAre(kEscalated));
  EXPECT_EQ(QueueOf(world).at(0).reason(), v1::QUEUE_REASON_NOT_WRAPPED);
  AMANA_ASSERT_OK(WrapFor(world, sent, kRefuge).status());
  EXPECT_TRUE(QueueOf(world).empty());
  // The offer begins now, with a clock of its own.
  EXPECT_THAT(At(Now() + absl::Hours(6)), ElementsAre(kReminded));
}

TEST_F(Ladder, WhatConsentBlocksIsTheSendersToo) {
  SendRoute(world, ConsentTo(world, {{"elsewhere"}}), {kHaven});
  const absl::Time blocked = Now();
  EXPECT_THAT(At(blocked + absl::Hours(18)), ElementsAre(kReminded));
  EXPECT_THAT(At(blocked + absl::Hours(36)), ElementsAre(kEscalated));
  EXPECT_EQ(QueueOf(world).at(0).reason(), v1::QUEUE_REASON_NO_CONSENT);
}

TEST_F(Ladder, NobodyIsPressedAboutANo) {
  const Sent sent = SendRoute(world, ConsentTo(world, {kHaven}), {kHaven});
  AMANA_ASSERT_OK(Withdraw(world, sent.consent).status());
  ASSERT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(TaskOf(world, sent).clock.due, absl::InfiniteFuture());
  const uint64_t before = LogSize(world);
  world.clock().Advance(absl::Hours(15 * 24));
  world.RunTimers();
  EXPECT_THAT(TaskEventsFrom(world, before), ElementsAre(v1::EVENT_KIND_TASK_EXPIRED));
  EXPECT_TRUE(QueueOf(world).empty());
}

TEST_F(Ladder, WhatNobodyServesIsTheCoordinatorsAtOnceAndIsLookedAgainBeforeAnAlert) {
  ReportFree(world, kHaven, 0);
  ReportFree(world, kRefuge, 0);
  world.clock().Advance(absl::Minutes(1));
  const Sent sent = SendRouteTo(world, {kHaven, kRefuge});
  const absl::Time unserved = Now();
  world.RunTimers();
  EXPECT_EQ(QueueOf(world).at(0).reason(), v1::QUEUE_REASON_UNROUTABLE);
  EXPECT_THAT(At(unserved + absl::Hours(12)), ElementsAre(kAlerted));
  // A day later nobody knows how much room there is.
  const Sent later = SendRouteTo(world, {kHaven, kRefuge}, 'l');
  ASSERT_EQ(TaskOf(world, later).state, v1::TASK_STATE_UNROUTABLE);
  world.RunTimers();
  world.clock().Advance(absl::Hours(12));
  world.RunTimers();
  EXPECT_EQ(TaskOf(world, later).state, v1::TASK_STATE_ROUTED);
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_UNROUTABLE);
}

TEST_F(Ladder, WhatExpiresUnservedIsTheCoordinators) {
  SendRouteTo(world, {kHaven});
  world.clock().Advance(absl::Hours(14 * 24));
  world.RunTimers();
  ASSERT_FALSE(QueueOf(world).empty());
  EXPECT_EQ(QueueOf(world)[0].reason(), v1::QUEUE_REASON_EXPIRED);
}

TEST_F(Ladder, AnUnitsOwnWindowsHoldForItsOffers) {
  ChangeShelter(world, kRefuge, [](v1::DirectoryUnit& unit) {
    v1::SlaOverride& own = *unit.add_sla();
    own.set_urgency(v1::URGENCY_URGENT);
    own.set_acknowledge_minutes(60);
    own.set_decide_minutes(120);
    own.set_start_minutes(600);
  });
  const Sent sent =
      SendRouteTo(world, {kRefuge}, 's', [](auto& draft) { draft.order[0] = {kRefuge.address()}; });
  const absl::Time offered = Now();
  EXPECT_EQ(With(sent), "refuge");
  EXPECT_THAT(At(offered + absl::Minutes(30)), ElementsAre(kReminded));
  EXPECT_THAT(At(offered + absl::Hours(1)), ElementsAre(kEscalated));
}

TEST_F(Ladder, AnImmediateOfferOwesACall) {
  const auto immediate = [](envelope::SubmissionDraft& draft) {
    draft.header.set_urgency(v1::URGENCY_IMMEDIATE);
  };
  const Sent sent = SendRouteTo(world, {kHaven, kRefuge}, 's', immediate);
  const absl::Time offered = Now();
  EXPECT_THAT(At(offered + absl::Minutes(15)), ElementsAre(kEscalated, kAlerted));
  EXPECT_EQ(QueueOf(world).at(0).reason(), v1::QUEUE_REASON_NO_CALL);
  EXPECT_TRUE(QueueOf(world)[0].alerted());
  // Nobody was reached: it is owed all the same.
  AMANA_ASSERT_OK(CallBy(world, sent, kHaven, [](v1::CallRecord& call) {
                    call.set_outcome(v1::CALL_OUTCOME_NOT_REACHED);
                  }).status());
  EXPECT_EQ(QueueOf(world).size(), 1u);
  AMANA_ASSERT_OK(CallBy(world, sent, kHaven).status());
  EXPECT_TRUE(QueueOf(world).empty());
  EXPECT_THAT(At(offered + absl::Minutes(30)), ElementsAre(kReminded));
  EXPECT_THAT(At(offered + absl::Hours(1)), ElementsAre(kRerouted, kRouted));
  // The next one must be called as well.
  EXPECT_THAT(At(Now() + absl::Minutes(15)), ElementsAre(kEscalated, kAlerted));
}

TEST_F(Ladder, ThatASystemHasItDoesNotTakeItFromTheCoordinator) {
  SendRouteTo(world, {kHaven});
  const absl::Time offered = Now();
  world.clock().Advance(absl::Hours(12));
  world.RunTimers();
  ASSERT_EQ(QueueOf(world).size(), 1u);
  const v1::Delivery offer = TakeAt(world, kHaven);  // nobody has read it yet
  ASSERT_EQ(QueueOf(world).size(), 1u);
  EXPECT_THAT(At(offered + absl::Hours(18)), ElementsAre(kAlerted));
  ASSERT_EQ(QueueOf(world).size(), 1u);
  EXPECT_TRUE(QueueOf(world)[0].alerted());
  AMANA_ASSERT_OK(MarkSeenAt(world, kHaven, offer).status());
  EXPECT_TRUE(QueueOf(world).empty());
}

TEST_F(Ladder, ACallIsOwedUntilTheOfferIsDecided) {
  SendRouteTo(world, {kHaven}, 's', [](envelope::SubmissionDraft& draft) {
    draft.header.set_urgency(v1::URGENCY_IMMEDIATE);
  });
  world.clock().Advance(absl::Minutes(15));
  world.RunTimers();
  ASSERT_EQ(QueueOf(world).size(), 1u);
  const v1::Delivery offer = SeeAt(world, kHaven);
  ASSERT_EQ(QueueOf(world).size(), 1u);
  EXPECT_EQ(QueueOf(world)[0].reason(), v1::QUEUE_REASON_NO_CALL);
  AMANA_ASSERT_OK(DecideAt(world, kHaven, offer).status());
  EXPECT_TRUE(QueueOf(world).empty());
}

TEST_F(Ladder, WhoWasCalledInTimeIsNotEscalated) {
  const Sent sent = SendRouteTo(world, {kHaven}, 's', [](envelope::SubmissionDraft& draft) {
    draft.header.set_urgency(v1::URGENCY_IMMEDIATE);
  });
  const absl::Time offered = Now();
  world.clock().Advance(absl::Minutes(5));
  AMANA_ASSERT_OK(CallBy(world, sent, kHaven).status());
  EXPECT_THAT(At(offered + absl::Minutes(30)), ElementsAre(kReminded));
}

TEST_F(Ladder, ABrokerThatWasAwayClimbsRungByRungOnce) {
  const Sent sent = SendRouteTo(world, {kHaven});
  const uint64_t before = LogSize(world);
  world.clock().Advance(absl::Hours(20));
  world.Restart();
  world.RunTimers();
  EXPECT_THAT(TaskEventsFrom(world, before), ElementsAre(kReminded, kEscalated, kAlerted));
  EXPECT_EQ(QueueOf(world).size(), 1u);
  EXPECT_EQ(TaskOf(world, sent).clock.due, absl::InfiniteFuture());
}

TEST_F(Ladder, WhileTheClockIsInDoubtNothingClimbs) {
  SendRouteTo(world, {kHaven});
  const uint64_t before = LogSize(world);
  world.clock().Advance(absl::Hours(20));
  world.clock().SetSynchronised(false);
  world.RunTimers();
  EXPECT_THAT(TaskEventsFrom(world, before), IsEmpty());
  world.clock().SetSynchronised(true);
  world.RunTimers();
  EXPECT_EQ(TaskEventsFrom(world, before).size(), 3u);
}

}  // namespace
}  // namespace amana::operations
