// What becomes of a lease: reports, backoff, timeouts, dead letters and their way back; and that
// one that cannot be read is no reason to stop the others.
#include <gtest/gtest.h>

#include "broker/delivery/lease.h"
#include "broker/delivery/timers.h"
#include "broker/operations/list_dead_letters.h"
#include "broker/operations/receive.h"
#include "broker/operations/testing_acts.h"

namespace amana::operations {
namespace {

constexpr v1::DeliveryOutcome kSent = v1::DELIVERY_OUTCOME_SENT;
constexpr v1::DeliveryOutcome kTransient = v1::DELIVERY_OUTCOME_TRANSIENT_FAILURE;
constexpr v1::DeliveryOutcome kPermanent = v1::DELIVERY_OUTCOME_PERMANENT_FAILURE;

struct Ready {
  World world;
  Sent sent = Send(world);
  v1::DeliveryState state() { return OfferOf(world, sent).state; }
  void Pass(absl::Duration time) {
    world.clock().Advance(time);
    world.RunTimers();
  }
};

// Waits for the transaction: works run in the order in which they were handed in.
void GiveBackAll(World& world, std::vector<delivery::LeaseRef> leases) {
  MakeGiveBackFn(world.context())(std::move(leases));
  AMANA_EXPECT_OK(
      world.store().CommitAndWait([](store::Transaction&) { return absl::OkStatus(); }).status());
}

TEST(Retry, AReportMustMakeSense) {
  Ready t;
  const v1::Delivery offer = ReceiveOne(t.world);
  const struct {
    v1::DeliveryOutcome outcome;
    v1::Reason error;
  } rows[] = {
      {v1::DELIVERY_OUTCOME_UNSPECIFIED, v1::REASON_UNSPECIFIED},
      {kTransient, v1::REASON_UNSPECIFIED},
      {kTransient, v1::REASON_NATIVE_SCHEMA},
      {kPermanent, v1::REASON_NO_CAPACITY},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ErrorReason(ReportOutcome(t.world, offer, row.outcome, row.error)), "FIELD_INVALID");
  }
  v1::Delivery late = offer;
  late.set_lease_epoch(7);
  EXPECT_EQ(ErrorReason(ReportOutcome(t.world, late, kSent)), "LEASE_LOST");
  v1::Delivery unknown = offer;
  unknown.mutable_delivery()->set_task(9);
  EXPECT_EQ(ErrorReason(ReportOutcome(t.world, unknown, kSent)), "LEASE_LOST");
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_LEASED);
}

TEST(Retry, ATransientFailureComesAgainAfterTheBackoff) {
  Ready t;
  const v1::Delivery first = ReceiveOne(t.world);
  AMANA_ASSERT_OK(ReportOutcome(t.world, first, kTransient, v1::REASON_NATIVE_TIMEOUT));
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_RETRY_WAIT);
  EXPECT_EQ(ErrorReason(ReportOutcome(t.world, first, kSent)), "LEASE_LOST");
  t.Pass(absl::Milliseconds(400));
  EXPECT_TRUE(t.world.Receive().empty());
  t.Pass(absl::Milliseconds(700));
  const v1::Delivery second = ReceiveOne(t.world);
  EXPECT_EQ(second.attempt(), 2u);
  AMANA_EXPECT_OK(t.world.Acknowledge(second));
}

TEST(Retry, AttemptsAreUsedUpAndAnOperatorGivesNewOnes) {
  Ready t;
  const tests::TestIdentity& officer = AppointOperator(t.world);
  v1::Delivery last;
  for (uint32_t i = 0; i < t.world.context().policy.max_attempts; ++i) {
    last = ReceiveOne(t.world);
    AMANA_ASSERT_OK(ReportOutcome(t.world, last, kTransient, v1::REASON_NATIVE_UNAVAILABLE));
    t.Pass(absl::Minutes(11));
  }
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_DEAD_LETTER);
  EXPECT_EQ(OfferOf(t.world, t.sent).reason, v1::REASON_MAX_ATTEMPTS);
  const auto letters = ListDeadLetters(t.world.context(), {});
  AMANA_ASSERT_OK(letters.status());
  ASSERT_EQ(letters->dead_letters_size(), 1);
  EXPECT_EQ(letters->dead_letters(0).error(), v1::REASON_MAX_ATTEMPTS);

  const auto redriven = Redrive(t.world, last.delivery(), officer);
  AMANA_ASSERT_OK(redriven.status());
  EXPECT_EQ(ReceiveOne(t.world).attempt(), 1u);
  // The same bytes again queue nothing again.
  const auto again = Redrive(t.world, last.delivery(), officer);
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            redriven->receipt().event().SerializeAsString());
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_LEASED);
}

TEST(Retry, OnlyAnOperatorRedrivesAndOnlyWhatIsStillWanted) {
  Ready t;
  const tests::TestIdentity& officer = AppointOperator(t.world);
  const tests::TestIdentity& person =
      tests::TestSigner("police", crypto::Role::kPerson, "desk", "p-1");
  t.world.registry_files().Add("police", "person", person.certificate);
  t.world.ReloadRegistry();
  const v1::Delivery offer = ReceiveOne(t.world);
  EXPECT_EQ(ErrorReason(Redrive(t.world, offer.delivery(), officer).status()), "ACTOR_NOT_ALLOWED");
  AMANA_ASSERT_OK(ReportOutcome(t.world, offer, kPermanent, v1::REASON_NATIVE_SCHEMA));
  EXPECT_EQ(ErrorReason(Redrive(t.world, offer.delivery(), person).status()),
            "SIGNER_NOT_OPERATOR");
  EXPECT_EQ(ErrorReason(Redrive(t.world, offer.delivery(), PoliceSigner()).status()),
            "SIGNER_NOT_OPERATOR");
  v1::DeliveryRef unknown = offer.delivery();
  unknown.set_offer_epoch(4);
  EXPECT_EQ(ErrorReason(Redrive(t.world, unknown, officer).status()), "NOT_FOUND");
  AMANA_ASSERT_OK(Cancel(t.world, t.sent).status());
  EXPECT_EQ(ErrorReason(Redrive(t.world, offer.delivery(), officer).status()),
            "TRANSITION_NOT_ALLOWED");
}

TEST(Retry, APermanentFailureIsADeadLetterAlsoAfterSent) {
  for (const bool sent_first : {false, true}) {
    Ready t;
    const v1::Delivery offer = ReceiveOne(t.world);
    if (sent_first) {
      AMANA_ASSERT_OK(ReportOutcome(t.world, offer, kSent));
    }
    AMANA_ASSERT_OK(ReportOutcome(t.world, offer, kPermanent, v1::REASON_NATIVE_SCHEMA));
    EXPECT_EQ(t.state(), v1::DELIVERY_STATE_DEAD_LETTER);
    EXPECT_EQ(OfferOf(t.world, t.sent).reason, v1::REASON_NATIVE_SCHEMA);
  }
}

TEST(Retry, ALeaseThatNobodyGotIsQueuedAgainAtOnceAndWasNoAttempt) {
  Ready t;
  const v1::Delivery first = ReceiveOne(t.world);
  const store::DeliveryRecord leased = OfferOf(t.world, t.sent);
  GiveBackAll(t.world, {{leased.key, leased.lease_epoch}});
  const store::DeliveryRecord queued = OfferOf(t.world, t.sent);
  EXPECT_EQ(queued.state, v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(queued.due, absl::InfiniteFuture());
  EXPECT_TRUE(queued.disclosed);
  EXPECT_EQ(EventsFrom(t.world).back().event.kind, v1::EVENT_KIND_DELIVERY_QUEUED);
  EXPECT_EQ(ErrorReason(ReportOutcome(t.world, first, kSent)), "LEASE_LOST");
  const v1::Delivery second = ReceiveOne(t.world);
  EXPECT_EQ(second.attempt(), 1u);
  EXPECT_EQ(second.lease_epoch(), first.lease_epoch() + 1);
  AMANA_EXPECT_OK(t.world.Acknowledge(second));
}

// A receiver that opens and leaves for ever must not fill the log.
TEST(Retry, ADeliveryGoesBackAtOnceAFewTimesAndThenItsLeaseRunsOut) {
  Ready t;
  const auto leave = [&] {
    (void)ReceiveOne(t.world);
    const store::DeliveryRecord leased = OfferOf(t.world, t.sent);
    GiveBackAll(t.world, {{leased.key, leased.lease_epoch}});
    return t.state();
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(leave(), v1::DELIVERY_STATE_QUEUED) << i;
  EXPECT_EQ(leave(), v1::DELIVERY_STATE_LEASED);
  t.Pass(t.world.context().policy.lease + absl::Seconds(1));
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_QUEUED);
  AMANA_EXPECT_OK(t.world.Acknowledge(ReceiveOne(t.world)));
}

TEST(Retry, WhatHasMovedOnSinceIsNotGivenBack) {
  Ready t;
  const v1::Delivery first = ReceiveOne(t.world);
  const store::DeliveryRecord leased = OfferOf(t.world, t.sent);
  const delivery::LeaseRef lease{leased.key, leased.lease_epoch};
  const delivery::LeaseRef later{leased.key, leased.lease_epoch + 1};
  delivery::LeaseRef unknown = lease;
  unknown.key.task.task = 9;
  const uint64_t size = LogSize(t.world);
  GiveBackAll(t.world, {later, unknown});
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_LEASED);
  AMANA_EXPECT_OK(Cancel(t.world, t.sent).status());
  GiveBackAll(t.world, {lease});
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_RECALL_SENT);
  for (const store::StoredEvent& event : EventsFrom(t.world, size)) {
    EXPECT_NE(event.event.kind, v1::EVENT_KIND_DELIVERY_QUEUED);
  }
}

TEST(Retry, AGivenBackLeaseWasADisclosure) {
  Ready t;
  ReceiveOne(t.world);
  const store::DeliveryRecord leased = OfferOf(t.world, t.sent);
  GiveBackAll(t.world, {{leased.key, leased.lease_epoch}});
  AMANA_EXPECT_OK(Cancel(t.world, t.sent).status());
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_RECALL_SENT);
}

TEST(Retry, SilenceAfterSentIsTriedAgain) {
  Ready t;
  const v1::Delivery offer = ReceiveOne(t.world);
  AMANA_ASSERT_OK(ReportOutcome(t.world, offer, kSent));
  AMANA_EXPECT_OK(ReportOutcome(t.world, offer, kSent));
  t.Pass(absl::Minutes(14));
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_SENT);
  t.Pass(absl::Minutes(1));
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_RETRY_WAIT);
  t.Pass(absl::Seconds(1));
  AMANA_EXPECT_OK(t.world.Acknowledge(ReceiveOne(t.world)));
}

TEST(Retry, CancelTakesBackFromEveryState) {
  struct Row {
    const char* name;
    std::function<void(Ready&, const v1::Delivery&)> bring;
  };
  const Row rows[] = {
      {"leased", [](Ready&, const v1::Delivery&) {}},
      {"sent", [](Ready& t, const v1::Delivery& d) { (void)ReportOutcome(t.world, d, kSent); }},
      {"retry",
       [](Ready& t, const v1::Delivery& d) {
         (void)ReportOutcome(t.world, d, kTransient, v1::REASON_NATIVE_TIMEOUT);
       }},
      {"dead",
       [](Ready& t, const v1::Delivery& d) {
         (void)ReportOutcome(t.world, d, kPermanent, v1::REASON_NATIVE_SCHEMA);
       }},
      {"queued again", [](Ready& t, const v1::Delivery&) { t.Pass(absl::Minutes(2)); }},
      {"acknowledged",
       [](Ready& t, const v1::Delivery& d) { AMANA_EXPECT_OK(t.world.Acknowledge(d)); }},
  };
  for (const Row& row : rows) {
    Ready t;
    row.bring(t, ReceiveOne(t.world));
    const auto first = Cancel(t.world, t.sent);
    AMANA_ASSERT_OK(first.status());
    EXPECT_EQ(t.state(), v1::DELIVERY_STATE_RECALL_SENT) << row.name;
    const auto again = Cancel(t.world, t.sent);  // the answer was lost: the same bytes
    AMANA_ASSERT_OK(again.status());
    EXPECT_EQ(again->receipt().event().SerializeAsString(),
              first->receipt().event().SerializeAsString());
    t.Pass(absl::Minutes(20));
    EXPECT_EQ(t.state(), v1::DELIVERY_STATE_RECALL_SENT) << row.name;
  }
}

TEST(Retry, NothingIsLeasedOnceItHasExpiredEvenBeforeTheTimer) {
  Ready t;
  t.world.clock().Advance(absl::Hours(14 * 24 + 1));
  EXPECT_TRUE(t.world.Receive().empty());
  EXPECT_EQ(TaskOf(t.world, t.sent).state, v1::TASK_STATE_EXPIRED);
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_EXPIRED);
}

TEST(Retry, AClockInDoubtHoldsEverythingAndRecallsNothing) {
  Ready t;
  ReceiveOne(t.world);
  t.Pass(absl::Minutes(2));
  const uint64_t size = LogSize(t.world);
  t.world.clock().SetSynchronised(false);
  EXPECT_TRUE(t.world.Receive().empty());
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(LogSize(t.world), size);
  t.world.clock().SetSynchronised(true);
  EXPECT_EQ(ReceiveOne(t.world).attempt(), 2u);
}

TEST(Retry, EveryRecallReachesTheReceiverHoweverManyAreOpen) {
  World world;
  const v1::ConsentRecord consent = world.Consent();
  AMANA_ASSERT_OK(world.Register(consent));
  constexpr size_t kMany = 70;
  for (size_t i = 0; i < kMany; ++i) SendUnder(world, consent);
  EXPECT_EQ(world.Receive(100).size(), kMany);
  AMANA_ASSERT_OK(Withdraw(world, consent).status());
  world.Reconsider();
  EXPECT_EQ(world.Receive(0).size(), kMany);
}

// Spoils the stored referral of `sent` as far as the contract allows: a delivery for a certificate
// that no grant was ever given for.
void Spoil(World& world, const Sent& sent) {
  AMANA_ASSERT_OK(world.store()
                      .CommitAndWait([&](store::Transaction& tx) -> absl::Status {
                        AMANA_ASSIGN_OR_RETURN(
                            std::vector<store::DeliveryRecord> all,
                            std::as_const(tx).deliveries().OfTask({sent.key, 0}));
                        all[0].recipient_cert = HavenSealer(5).certificate.id();
                        return tx.deliveries().Move(all[0].state, all[0]);
                      })
                      .status());
}

TEST(Retry, OneThatCannotBeReadIsParkedAndTheOthersGo) {
  World world;
  const Sent bad = Send(world, 'b');
  const Sent good = Send(world, 'g');
  Spoil(world, bad);
  EXPECT_EQ(world.Receive().size(), 1u);
  EXPECT_TRUE(OfferOf(world, good).disclosed);
  // Nothing went out, so nothing may say that it did; and it can be taken back quietly.
  EXPECT_EQ(OfferOf(world, bad).state, v1::DELIVERY_STATE_WITHHELD);
  EXPECT_FALSE(OfferOf(world, bad).disclosed);
  for (const store::StoredEvent& stored : EventsFrom(world)) {
    if (stored.event.referral != bad.key) continue;
    EXPECT_NE(stored.event.kind, v1::EVENT_KIND_DELIVERY_LEASED);
  }
}

TEST(Retry, ADueTimeThatMeansNothingIsDroppedAndTheOthersRun) {
  Ready t;
  const Sent other = Send(t.world, 'o');
  ASSERT_EQ(t.world.Receive().size(), 2u);
  AMANA_ASSERT_OK(t.world.store()
                      .CommitAndWait([&](store::Transaction& tx) -> absl::Status {
                        AMANA_ASSIGN_OR_RETURN(
                            std::vector<store::DeliveryRecord> all,
                            std::as_const(tx).deliveries().OfTask({t.sent.key, 0}));
                        store::DeliveryRecord record = all[0];
                        record.state = v1::DELIVERY_STATE_READ;  // has no timer
                        record.due = t.world.clock().Now();
                        return tx.deliveries().Move(all[0].state, record);
                      })
                      .status());
  t.Pass(absl::Minutes(2));
  EXPECT_EQ(OfferOf(t.world, other).state, v1::DELIVERY_STATE_QUEUED);
  EXPECT_EQ(t.state(), v1::DELIVERY_STATE_READ);
  EXPECT_EQ(OfferOf(t.world, t.sent).due, absl::InfiniteFuture());
}

}  // namespace
}  // namespace amana::operations
