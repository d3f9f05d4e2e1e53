// What is erased, when, and what everybody is told afterwards.
#include <gtest/gtest.h>

#include <algorithm>

#include "broker/delivery/erasure.h"
#include "broker/operations/run_erasure.h"
#include "broker/operations/testing_acts.h"

namespace amana::operations {
namespace {

struct Ready {
  World world;
  Sent sent = Send(world);

  // Until nothing is due.
  void Erase() {
    while (RunErasure(world.context()) < world.clock().Now() + absl::Seconds(1)) {
    }
  }
  absl::Status Body() {
    return world.store().Read().value()->referrals().ReadBody(sent.key).status();
  }
  bool Erased() { return ErrorReason(Body()) == "ERASED"; }
  void Pass(absl::Duration time) {
    world.clock().Advance(time);
    world.RunTimers();
    Erase();
  }
  size_t Count(v1::EventKind kind) {
    const auto events = EventsFrom(world);
    return static_cast<size_t>(std::count_if(
        events.begin(), events.end(), [&](const auto& each) { return each.event.kind == kind; }));
  }
  // Takes the task through the states that no operation leads to yet.
  void MoveTask(std::vector<v1::TaskState> states) {
    AMANA_ASSERT_OK(world.store().CommitAndWait([&](store::Transaction& tx) -> absl::Status {
      const store::ReferralRecord referral = **std::as_const(tx).referrals().Find(sent.key);
      delivery::Recorder recorder(tx, referral, world.clock().Now(), {});
      store::TaskRecord task = std::as_const(tx).referrals().Tasks(sent.key)->front();
      for (const v1::TaskState state : states) {
        const bool done = state == v1::TASK_STATE_COMPLETED;
        AMANA_RETURN_IF_ERROR(recorder
                                  .MoveTask(task, state, referral::Actor::kRecipient,
                                            done ? v1::REASON_PROVIDED : v1::REASON_UNSPECIFIED)
                                  .status());
      }
      return absl::OkStatus();
    }));
  }
};

TEST(Erasure, WhatAWithdrawalCatchesUndisclosedIsErasedAtOnce) {
  Ready t;
  AMANA_ASSERT_OK(Withdraw(t.world, t.sent.consent));
  t.world.Reconsider();
  EXPECT_EQ(OfferOf(t.world, t.sent).state, v1::DELIVERY_STATE_WITHHELD);
  t.Erase();
  EXPECT_TRUE(t.Erased()) << t.Body();
  const store::DeliveryRecord offer = OfferOf(t.world, t.sent);
  EXPECT_EQ(offer.state, v1::DELIVERY_STATE_ERASED);
  EXPECT_EQ(offer.reason, v1::REASON_CONSENT_WITHDRAWN);
  const auto events = EventsFrom(t.world);
  ASSERT_GE(events.size(), 2u);
  const events::Event& last = events.back().event;
  EXPECT_EQ(last.kind, v1::EVENT_KIND_REFERRAL_ERASED);
  EXPECT_EQ(last.referral, t.sent.key);
  EXPECT_EQ(last.reason, v1::REASON_CONSENT_WITHDRAWN);
  EXPECT_TRUE(last.actor_agency.empty()) << "the broker's own act";
  EXPECT_EQ(events[events.size() - 2].event.kind, v1::EVENT_KIND_DELIVERY_ERASED);
}

TEST(Erasure, EverybodyCopesWithWhatWasErased) {
  Ready t;
  const v1::Grant early = GrantFor(t.world, t.sent, 0);
  AMANA_ASSERT_OK(AddWrapsOf(t.world, {early}));
  const auto first = t.world.Submit(t.sent.submission);
  AMANA_ASSERT_OK(Withdraw(t.world, t.sent.consent));
  t.world.Reconsider();
  t.Erase();
  ASSERT_TRUE(t.Erased());

  const auto again = t.world.Submit(t.sent.submission);
  AMANA_ASSERT_OK(again);
  EXPECT_TRUE(again->replayed());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  EXPECT_EQ(t.world.Get(t.sent.submission).tasks_size(), 1);
  AMANA_EXPECT_OK(AddWrapsOf(t.world, {early})) << "what was kept before has its receipt";
  t.world.clock().Advance(absl::Minutes(1));
  EXPECT_EQ(ErrorReason(AddWrapsOf(t.world, {GrantFor(t.world, t.sent, 0)}).status()), "ERASED");
  // A new consent is heard, and brings nothing back.
  AMANA_EXPECT_OK(t.world.Register(t.world.Consent('s')));
  t.world.Reconsider();
  t.world.RunTimers();
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_TRUE(t.world.Receive().empty());
  AMANA_EXPECT_OK(t.world.store().Health());
  t.Pass(absl::Hours(15 * 24));
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_EXPIRED);
  EXPECT_EQ(t.Count(v1::EVENT_KIND_REFERRAL_ERASED), 1u);
}

TEST(Erasure, WhatEndsUndisclosedIsErasedAtOnce) {
  {
    Ready t;
    AMANA_ASSERT_OK(Cancel(t.world, t.sent));
    t.Erase();
    EXPECT_TRUE(t.Erased()) << "cancelled";
  }
  {
    Ready t;
    t.Pass(absl::Hours(13 * 24));
    AMANA_EXPECT_OK(t.Body());
    t.Pass(absl::Hours(2 * 24));
    EXPECT_TRUE(t.Erased()) << "expired";
  }
}

TEST(Erasure, WhatWasDisclosedIsKeptForAWhile) {
  Ready t;
  const v1::Delivery offer = ReceiveOne(t.world);
  AMANA_ASSERT_OK(t.world.Acknowledge(offer));
  AMANA_ASSERT_OK(Cancel(t.world, t.sent));
  t.Pass(absl::Hours(3 * 24) - absl::Minutes(1));
  AMANA_EXPECT_OK(t.Body());
  t.Pass(absl::Minutes(1));
  EXPECT_TRUE(t.Erased());
  EXPECT_EQ(t.Count(v1::EVENT_KIND_REFERRAL_ERASED), 1u);
  EXPECT_EQ(t.Count(v1::EVENT_KIND_DELIVERY_ERASED), 0u);
  // The recall is still asked for, and answered.
  const auto received = t.world.Receive();
  ASSERT_EQ(received.size(), 1u);
  EXPECT_TRUE(received[0].has_recall());
  AMANA_EXPECT_OK(AnswerRecallAs(t.world, offer.delivery(), t.sent.digest, {}));
}

TEST(Erasure, WhatWasCompletedIsKeptLonger) {
  Ready t;
  OfferSeen(t.world, t.sent);
  t.MoveTask({v1::TASK_STATE_ACCEPTED, v1::TASK_STATE_IN_PROGRESS, v1::TASK_STATE_COMPLETED});
  t.Pass(absl::Hours(7 * 24) - absl::Minutes(1));
  AMANA_EXPECT_OK(t.Body());
  t.Pass(absl::Minutes(1));
  EXPECT_TRUE(t.Erased());
}

TEST(Erasure, TheTimesAreThoseOfThePolicy) {
  Ready t;
  t.world.context().policy.keep_ended = {absl::Hours(1)};
  AMANA_ASSERT_OK(t.world.Acknowledge(ReceiveOne(t.world)));
  AMANA_ASSERT_OK(Cancel(t.world, t.sent));
  t.Pass(absl::Minutes(59));
  AMANA_EXPECT_OK(t.Body());
  t.Pass(absl::Minutes(1));
  EXPECT_TRUE(t.Erased());
}

TEST(Erasure, TheShortestTimeOfAnyCategoryItHoldsCounts) {
  delivery::Policy policy;
  policy.keep_ended.of = {{v1::CATEGORY_LEGAL, absl::Hours(1)},
                          {v1::CATEGORY_RISK, absl::Hours(2)}};
  policy.keep_completed.of = {{v1::CATEGORY_RISK, absl::Hours(3)}};
  Ready ended;
  ended.world.context().policy = policy;
  AMANA_ASSERT_OK(ended.world.Acknowledge(ReceiveOne(ended.world)));
  AMANA_ASSERT_OK(Cancel(ended.world, ended.sent));
  ended.Pass(absl::Hours(2) - absl::Minutes(1));
  AMANA_EXPECT_OK(ended.Body());
  ended.Pass(absl::Minutes(1));
  EXPECT_TRUE(ended.Erased());
  Ready completed;
  completed.world.context().policy = policy;
  OfferSeen(completed.world, completed.sent);
  completed.MoveTask(
      {v1::TASK_STATE_ACCEPTED, v1::TASK_STATE_IN_PROGRESS, v1::TASK_STATE_COMPLETED});
  completed.Pass(absl::Hours(3) - absl::Minutes(1));
  AMANA_EXPECT_OK(completed.Body());
  completed.Pass(absl::Minutes(1));
  EXPECT_TRUE(completed.Erased());
}

// It may go to another recipient yet, until its time is over.
TEST(Erasure, WhatWasDeclinedIsKeptUntilItExpiresAndAWhile) {
  Ready t;
  const v1::Delivery offer = OfferSeen(t.world, t.sent);
  AMANA_ASSERT_OK(t.world.Decide(offer.delivery(), t.sent.digest, false));
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_UNROUTABLE);
  t.Pass(absl::Hours(14 * 24));
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_EXPIRED);
  t.Pass(absl::Hours(3 * 24) - absl::Minutes(1));
  AMANA_EXPECT_OK(t.Body());
  t.Pass(absl::Minutes(1));
  EXPECT_TRUE(t.Erased());
}

TEST(Erasure, WhatIsOpenIsNotErased) {
  Ready t;
  AMANA_ASSERT_OK(Withdraw(t.world, t.sent.consent));
  t.world.Reconsider();
  // Before the erasure came to it.
  AMANA_ASSERT_OK(t.world.Register(t.world.Consent('s')));
  t.world.Reconsider();
  t.Erase();
  const bool open = TaskOf(t.world, t.sent).state != v1::TASK_STATE_BLOCKED_CONSENT;
  EXPECT_EQ(t.Body().ok(), open);
  Ready other;
  other.Pass(absl::Hours(24));
  AMANA_EXPECT_OK(other.Body());
  EXPECT_EQ(other.Count(v1::EVENT_KIND_REFERRAL_ERASED), 0u);
}

TEST(Erasure, NothingIsErasedWhileTheClockIsInDoubt) {
  Ready t;
  AMANA_ASSERT_OK(Cancel(t.world, t.sent));
  t.world.clock().SetSynchronised(false);
  t.Erase();
  AMANA_EXPECT_OK(t.Body());
  t.world.clock().SetSynchronised(true);
  t.Erase();
  EXPECT_TRUE(t.Erased());
}

TEST(Erasure, GoesInSlices) {
  Ready t;
  std::vector<Sent> all = {t.sent};
  for (size_t i = 0; i < delivery::kErasedAtOnce + 6; ++i) {
    all.push_back(SendUnder(t.world, t.sent.consent));
  }
  for (const Sent& sent : all) AMANA_ASSERT_OK(Cancel(t.world, sent));
  RunErasure(t.world.context());
  EXPECT_EQ(t.Count(v1::EVENT_KIND_REFERRAL_ERASED), delivery::kErasedAtOnce);
  t.world.Restart();
  t.Erase();
  EXPECT_EQ(t.Count(v1::EVENT_KIND_REFERRAL_ERASED), all.size());
}

// A dead letter that is given another chance after the body is gone.
TEST(Erasure, ALeaseOfWhatWasErasedIsParked) {
  Ready t;
  AMANA_ASSERT_OK(t.world.store().CommitAndWait(
      [&](store::Transaction& tx) { return tx.erasures().Erase(t.sent.key).status(); }));
  EXPECT_TRUE(t.world.Receive().empty());
  EXPECT_EQ(OfferOf(t.world, t.sent).state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_FALSE(OfferOf(t.world, t.sent).disclosed);
  const Sent next = SendUnder(t.world, t.sent.consent);
  EXPECT_EQ(ReceiveOne(t.world).delivery().referral().referral_id(), next.key.referral.bytes())
      << "and holds nobody up";
}

TEST(Erasure, ARetryOfWhatWasErasedIsADeadLetter) {
  Ready t;
  AMANA_ASSERT_OK(ReportOutcome(t.world, ReceiveOne(t.world),
                                v1::DELIVERY_OUTCOME_TRANSIENT_FAILURE, v1::REASON_NATIVE_TIMEOUT));
  AMANA_ASSERT_OK(t.world.store().CommitAndWait(
      [&](store::Transaction& tx) { return tx.erasures().Erase(t.sent.key).status(); }));
  t.Pass(absl::Minutes(1));
  EXPECT_EQ(OfferOf(t.world, t.sent).state, v1::DELIVERY_STATE_DEAD_LETTER);
}

}  // namespace
}  // namespace amana::operations
