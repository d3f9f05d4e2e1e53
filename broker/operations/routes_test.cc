// Referrals that ask for a route: who is asked, one at a time, and what happens where nobody can
// be.
#include <gtest/gtest.h>

#include "broker/operations/testing_offers.h"

namespace amana::operations {
namespace {

using testing::ElementsAre;

// haven, refuge and safehouse, in that order for a person in county 47: the last sits elsewhere,
// and of two that are the same the name decides.
struct Coast {
  Coast() {
    AddShelter(world, kRefuge);
    AddShelter(world, kSafehouse, [](v1::DirectoryUnit& unit) { unit.set_county(1); });
  }
  store::TaskRecord Task(const Sent& sent) { return TaskOf(world, sent); }
  std::string With(const Sent& sent) {
    const store::TaskRecord task = Task(sent);
    return task.recipient.has_value() ? task.recipient->agency.value() : "";
  }
  World world;
};

TEST(Routes, TheFirstInOrderIsAskedAndNobodyElse) {
  Coast t;
  const Sent sent = SendRouteTo(t.world, {kHaven, kRefuge, kSafehouse});
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_ROUTED);
  EXPECT_EQ(t.With(sent), "haven");
  EXPECT_TRUE(ReceiveAt(t.world, kRefuge).empty());
  EXPECT_TRUE(ReceiveAt(t.world, kSafehouse).empty());
  TakeAt(t.world, kHaven);
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_RECEIVED);
}

TEST(Routes, WhoDeclinesIsRecalledAndTheNextIsAskedInTheSameTransaction) {
  Coast t;
  const Sent sent = SendRouteTo(t.world, {kHaven, kRefuge, kSafehouse});
  const v1::Delivery first = SeeAt(t.world, kHaven);
  const uint64_t before = LogSize(t.world);
  AMANA_ASSERT_OK(DeclineAt(t.world, kHaven, first).status());
  EXPECT_THAT(TaskEventsFrom(t.world, before),
              ElementsAre(v1::EVENT_KIND_TASK_REJECTED, v1::EVENT_KIND_TASK_REROUTED,
                          v1::EVENT_KIND_TASK_ROUTED));
  EXPECT_EQ(t.With(sent), "refuge");
  EXPECT_EQ(t.Task(sent).offer_epoch, 2u);
  const std::vector<v1::ReceiveResponse> recalled = ReceiveAt(t.world, kHaven);
  ASSERT_EQ(recalled.size(), 1u);
  EXPECT_EQ(recalled[0].recall().delivery().offer_epoch(), 1u);
  const v1::Delivery second = SeeAt(t.world, kRefuge);
  EXPECT_EQ(second.delivery().offer_epoch(), 2u);
  // Yes after all: too late, and it is said so.
  EXPECT_EQ(ErrorReason(DecideAt(t.world, kHaven, first).status()), "OFFER_EPOCH_OUTDATED");
  AMANA_ASSERT_OK(DecideAt(t.world, kRefuge, second).status());
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_ACCEPTED);
}

TEST(Routes, WhoWasAskedIsNotAskedAgain) {
  Coast t;
  const Sent sent = SendRouteTo(t.world, {kHaven, kRefuge, kSafehouse});
  for (const Shelter& shelter : {kHaven, kRefuge, kSafehouse}) {
    EXPECT_EQ(t.With(sent), shelter.agency);
    AMANA_ASSERT_OK(DeclineAt(t.world, shelter, SeeAt(t.world, shelter)).status());
  }
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_UNROUTABLE);
  EXPECT_EQ(t.Task(sent).missing, v1::ROUTE_GAP_ALL_ASKED);
  EXPECT_EQ(t.With(sent), "");
  const auto past = (*t.world.store().Read())->offers().PastOffers({sent.key, 0}).value();
  ASSERT_EQ(past.size(), 3u);
  EXPECT_EQ(past[2].recipient, kSafehouse.address());
  EXPECT_EQ(past[2].reason, v1::REASON_NO_CAPACITY);
}

TEST(Routes, ANoAboutThePersonWaitsForAPerson) {
  for (const v1::Reason reason :
       {v1::REASON_DECLINED_BY_SURVIVOR, v1::REASON_ALREADY_SERVED, v1::REASON_DEPORTATION_ORDER}) {
    Coast t;
    const Sent sent = SendRouteTo(t.world, {kHaven, kRefuge});
    AMANA_ASSERT_OK(DeclineAt(t.world, kHaven, SeeAt(t.world, kHaven), reason).status());
    EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_REJECTED) << reason;
    t.world.RunTimers();
    EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_REJECTED) << reason;
    EXPECT_TRUE(ReceiveAt(t.world, kRefuge).empty());
    ASSERT_EQ(QueueOf(t.world).size(), 1u);
    EXPECT_EQ(QueueOf(t.world)[0].reason(), v1::QUEUE_REASON_REJECTED);
  }
}

// --- consent, for each in turn

TEST(Routes, WhomTheConsentDoesNotCoverIsPassedOver) {
  Coast t;
  const v1::ConsentRecord consent = ConsentTo(t.world, {kRefuge});
  const Sent sent = SendRoute(t.world, consent, {kHaven, kRefuge, kSafehouse});
  EXPECT_EQ(t.With(sent), "refuge");
  AMANA_ASSERT_OK(DeclineAt(t.world, kRefuge, SeeAt(t.world, kRefuge)).status());
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_UNROUTABLE);
  EXPECT_TRUE(ReceiveAt(t.world, kHaven).empty());
}

TEST(Routes, AnExclusionSinceThenIsHeededWithTheNext) {
  Coast t;
  const Sent sent = SendRouteTo(t.world, {kHaven, kRefuge, kSafehouse});
  const v1::Delivery first = SeeAt(t.world, kHaven);
  AMANA_ASSERT_OK(Exclude(t.world, 's', "refuge").status());
  AMANA_ASSERT_OK(DeclineAt(t.world, kHaven, first).status());
  EXPECT_EQ(t.With(sent), "safehouse");
}

TEST(Routes, WhereConsentAloneStandsAgainstAllItIsBlockedAndAWordReleasesIt) {
  Coast t;
  v1::ConsentRecord consent = ConsentTo(t.world, {{"elsewhere"}});
  const Sent sent = SendRoute(t.world, consent, {kHaven, kRefuge});
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_EQ(t.Task(sent).reason, v1::REASON_RECIPIENT_NOT_COVERED);
  EXPECT_TRUE(ReceiveAt(t.world, kHaven).empty());
}

TEST(Routes, AWithdrawalEndsWhatNobodyWasFoundFor) {
  Coast t;
  const Sent sent = SendRouteTo(t.world, {kHaven});
  AMANA_ASSERT_OK(DeclineAt(t.world, kHaven, SeeAt(t.world, kHaven)).status());
  ASSERT_EQ(t.Task(sent).state, v1::TASK_STATE_UNROUTABLE);
  AMANA_ASSERT_OK(Withdraw(t.world, sent.consent).status());
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_REVOKED);
  EXPECT_TRUE(QueueOf(t.world).empty());
}

// --- the sender's order

TEST(Routes, TheSendersOrderIsFinal) {
  Coast t;
  const Sent sent = SendRouteTo(t.world, {kHaven, kRefuge, kSafehouse}, 's',
                                [](envelope::SubmissionDraft& draft) {
                                  draft.order[0] = {kSafehouse.address(), kHaven.address()};
                                });
  EXPECT_EQ(t.With(sent), "safehouse");
  AMANA_ASSERT_OK(DeclineAt(t.world, kSafehouse, SeeAt(t.world, kSafehouse)).status());
  EXPECT_EQ(t.With(sent), "haven");
  AMANA_ASSERT_OK(DeclineAt(t.world, kHaven, SeeAt(t.world, kHaven)).status());
  // refuge could be asked, but the sender did not name it.
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_UNROUTABLE);
}

TEST(Routes, ADirectRecipientIsTheFirstAndTheOrderSaysWhoComesAfter) {
  Coast t;
  const v1::ConsentRecord consent = ConsentTo(t.world, {kHaven, kRefuge, kSafehouse});
  const Sent sent = SendRoute(t.world, consent, {kHaven, kRefuge, kSafehouse},
                              [](envelope::SubmissionDraft& draft) {
                                v1::ServiceRequest& service = *draft.header.mutable_services(0);
                                service.mutable_recipient()->set_agency("refuge");
                                service.mutable_recipient()->set_unit("intake");
                                draft.order[0] = {kSafehouse.address()};
                              });
  EXPECT_EQ(t.With(sent), "refuge");
  AMANA_ASSERT_OK(DeclineAt(t.world, kRefuge, SeeAt(t.world, kRefuge)).status());
  EXPECT_EQ(t.With(sent), "safehouse");
}

TEST(Routes, ALaterOrderFindsWhomTheFirstDidNotName) {
  Coast t;
  const Sent sent = SendRouteTo(t.world, {kHaven, kRefuge}, 's',
                                [](auto& draft) { draft.order[0] = {kHaven.address()}; });
  AMANA_ASSERT_OK(DeclineAt(t.world, kHaven, SeeAt(t.world, kHaven)).status());
  ASSERT_EQ(t.Task(sent).state, v1::TASK_STATE_UNROUTABLE);
  EXPECT_EQ(ErrorReason(SetOrder(t.world, sent, 3, {kRefuge}).status()), "ORDER_OUT_OF_SEQUENCE");
  EXPECT_EQ(ErrorReason(SetOrder(t.world, sent, 1, {kRefuge}).status()), "ORDER_OUT_OF_SEQUENCE");
  const auto set = SetOrder(t.world, sent, 2, {kRefuge});
  AMANA_ASSERT_OK(set.status());
  EXPECT_EQ(set->tasks(0).state(), v1::TASK_STATE_ROUTED);
  EXPECT_EQ(t.With(sent), "refuge");
}

TEST(Routes, AnOpenOfferStaysWhateverOrderComes) {
  Coast t;
  const Sent sent = SendRouteTo(t.world, {kHaven, kRefuge});
  const v1::Delivery offer = SeeAt(t.world, kHaven);
  AMANA_ASSERT_OK(SetOrder(t.world, sent, 1, {kRefuge}).status());
  EXPECT_EQ(t.With(sent), "haven");
  AMANA_ASSERT_OK(DecideAt(t.world, kHaven, offer).status());
}

// --- wraps

TEST(Routes, AChosenOneThatNothingIsSealedToWaitsForAWrap) {
  Coast t;
  const v1::ConsentRecord consent = ConsentTo(t.world, {kRefuge});
  const Sent sent = SendRoute(t.world, consent, {kHaven});
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_NEEDS_WRAP);
  EXPECT_EQ(t.With(sent), "refuge");
  EXPECT_TRUE(ReceiveAt(t.world, kRefuge).empty());
  AMANA_ASSERT_OK(WrapFor(t.world, sent, kRefuge).status());
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_ROUTED);
  TakeAt(t.world, kRefuge);
}

TEST(Routes, AChosenOneThatCanBeSealedToNoMoreIsGivenUp) {
  Coast t;
  const v1::ConsentRecord consent = ConsentTo(t.world, {kRefuge, kSafehouse});
  const Sent sent = SendRoute(t.world, consent, {kSafehouse}, [](auto& draft) {
    draft.order[0] = {kRefuge.address(), kSafehouse.address()};
  });
  ASSERT_EQ(t.With(sent), "refuge");
  ASSERT_EQ(t.Task(sent).state, v1::TASK_STATE_NEEDS_WRAP);
  ChangeShelter(t.world, kRefuge, [](auto& unit) { unit.clear_sealing_certificates(); });
  t.world.Reconsider();
  EXPECT_EQ(t.With(sent), "safehouse");
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_ROUTED);
}

// --- nobody at all

TEST(Routes, UnroutableSaysWhatWasMissing) {
  struct Row {
    v1::RouteGap missing;
    Edit<v1::DirectoryUnit> unit;
  };
  const Row rows[] = {
      {v1::ROUTE_GAP_SERVICE,
       [](v1::DirectoryUnit& u) { u.set_services(0, v1::SERVICE_TYPE_MEDICAL); }},
      {v1::ROUTE_GAP_COUNTY, [](v1::DirectoryUnit& u) { u.add_counties(3); }},
      {v1::ROUTE_GAP_AGE,
       [](v1::DirectoryUnit& u) {
         u.clear_ages();
         u.add_ages(v1::SUBJECT_CLASS_MINOR);
       }},
      {v1::ROUTE_GAP_SEX,
       [](v1::DirectoryUnit& u) {
         u.clear_sexes();
         u.add_sexes(v1::SEX_CONSTRAINT_MALE);
       }},
      {v1::ROUTE_GAP_OTHER, [](v1::DirectoryUnit& u) { u.clear_sealing_certificates(); }},
  };
  for (const Row& row : rows) {
    World world;
    ChangeEntry(world, "haven", [](auto& entry) { entry.mutable_units()->RemoveLast(); });
    AddShelter(world, kRefuge, row.unit);
    const Sent sent = SendRouteTo(world, {kRefuge}, 's', [&](envelope::SubmissionDraft& draft) {
      if (row.missing == v1::ROUTE_GAP_OTHER) {
        draft.recipients.clear();
      }
    });
    const store::TaskRecord task = TaskOf(world, sent);
    EXPECT_EQ(task.state, v1::TASK_STATE_UNROUTABLE) << row.missing;
    EXPECT_EQ(task.missing, row.missing);
    EXPECT_EQ(task.reason, v1::REASON_UNROUTABLE);
    // It is the coordinator's at once.
    world.RunTimers();
    const std::vector<v1::QueueItem> queue = QueueOf(world);
    ASSERT_EQ(queue.size(), 1u) << row.missing;
    EXPECT_EQ(queue[0].missing(), row.missing);
  }
}

TEST(Routes, AFullShelterIsNotAskedAndAPlaceThatBecomesFreeIs) {
  Coast t;
  ReportFree(t.world, kHaven, 0);
  ReportFree(t.world, kRefuge, 0);
  ReportFree(t.world, kSafehouse, 0);
  const Sent sent = SendRouteTo(t.world, {kHaven, kRefuge});
  ASSERT_EQ(t.Task(sent).state, v1::TASK_STATE_UNROUTABLE);
  EXPECT_EQ(t.Task(sent).missing, v1::ROUTE_GAP_CAPACITY);
  t.world.RunTimers();
  ASSERT_EQ(QueueOf(t.world).size(), 1u);
  t.world.clock().Advance(absl::Minutes(10));
  ReportFree(t.world, kRefuge, 1);
  t.world.Reconsider();
  EXPECT_EQ(t.Task(sent).state, v1::TASK_STATE_ROUTED);
  EXPECT_EQ(t.With(sent), "refuge");
  EXPECT_TRUE(QueueOf(t.world).empty());
}

TEST(Routes, APlaceIsHeldForWhoIsOfferedItAndGivenBack) {
  Coast t;
  ReportFree(t.world, kHaven, 1);
  const Sent first = SendRouteTo(t.world, {kHaven, kRefuge}, 'a');
  const Sent second = SendRouteTo(t.world, {kHaven, kRefuge}, 'b');
  EXPECT_EQ(t.With(first), "haven");
  EXPECT_EQ(t.With(second), "refuge");
  // The one place is free again when it is not taken.
  AMANA_ASSERT_OK(Cancel(t.world, first).status());
  const Sent third = SendRouteTo(t.world, {kHaven, kRefuge}, 'c');
  EXPECT_EQ(t.With(third), "haven");
  t.world.Restart();
  const Sent fourth = SendRouteTo(t.world, {kHaven, kRefuge}, 'd');
  EXPECT_EQ(t.With(fourth), "refuge");
}

TEST(Routes, ANewShelterIsFoundForWhoWaits) {
  World world;
  ChangeEntry(world, "haven", [](auto& entry) { entry.mutable_units()->RemoveLast(); });
  const v1::ConsentRecord consent = ConsentTo(world, {kHaven, kRefuge});
  const Sent sent = SendRoute(world, consent, {});
  ASSERT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_UNROUTABLE);
  AddShelter(world, kRefuge);
  world.Restart();
  world.Reconsider();
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_NEEDS_WRAP);
  AMANA_ASSERT_OK(WrapFor(world, sent, kRefuge).status());
  TakeAt(world, kRefuge);
}

TEST(Routes, AWiderConsentFindsSomebodyForWhoWaits) {
  Coast t;
  v1::ConsentRecord consent = ConsentTo(t.world, {kHaven});
  const Sent sent = SendRoute(t.world, consent, {kHaven, kRefuge});
  AMANA_ASSERT_OK(DeclineAt(t.world, kHaven, SeeAt(t.world, kHaven)).status());
  ASSERT_EQ(t.Task(sent).state, v1::TASK_STATE_UNROUTABLE);
  EXPECT_EQ(t.Task(sent).missing, v1::ROUTE_GAP_CONSENT);
  EXPECT_EQ(t.Task(sent).reason, v1::REASON_UNROUTABLE);
}

}  // namespace
}  // namespace amana::operations
