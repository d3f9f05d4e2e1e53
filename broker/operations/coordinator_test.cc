// The coordinator's queue: who may see and do what about it.
#include "broker/operations/coordinator.h"

#include <gtest/gtest.h>

#include "broker/operations/act_on_item.h"
#include "broker/operations/list_queue.h"
#include "broker/operations/testing_offers.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using crypto::Role;

constexpr auto kAssign = v1::COORDINATOR_ACT_KIND_ASSIGN;
constexpr auto kAnnotate = v1::COORDINATOR_ACT_KIND_ANNOTATE;
constexpr auto kName = v1::COORDINATOR_ACT_KIND_NAME;
constexpr auto kClose = v1::COORDINATOR_ACT_KIND_CLOSE;

class Queue : public ::testing::Test {
 protected:
  Queue() {
    AddShelter(world, kRefuge);
    AppointOfficer(world);
    ReportFree(world, kHaven, 0);
    ReportFree(world, kRefuge, 0);
  }
  // Nobody was found for it.
  Sent Unserved(char subject = 's', v1::Urgency urgency = v1::URGENCY_URGENT) {
    const Sent sent = SendRouteTo(world, {kHaven, kRefuge}, subject,
                                  [&](auto& draft) { draft.header.set_urgency(urgency); });
    EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_UNROUTABLE);
    world.RunTimers();
    return sent;
  }
  static Edit<v1::CoordinatorAct> Naming(const Shelter& shelter) {
    return [shelter](v1::CoordinatorAct& act) {
      act.mutable_recipient()->set_agency(shelter.agency);
      act.mutable_recipient()->set_unit("intake");
    };
  }
  static Edit<v1::CoordinatorAct> Because(v1::Reason reason) {
    return [reason](v1::CoordinatorAct& act) { act.set_reason(reason); };
  }

  World world;
};

TEST_F(Queue, TheMostUrgentFirstAndNoCaseContent) {
  Unserved('a', v1::URGENCY_NORMAL);
  Unserved('b', v1::URGENCY_EMERGENCY);
  Unserved('c', v1::URGENCY_URGENT);
  const std::vector<v1::QueueItem> queue = QueueOf(world);
  ASSERT_EQ(queue.size(), 3u);
  EXPECT_EQ(queue[0].urgency(), v1::URGENCY_EMERGENCY);
  EXPECT_EQ(queue[1].urgency(), v1::URGENCY_URGENT);
  EXPECT_EQ(queue[2].urgency(), v1::URGENCY_NORMAL);
  EXPECT_EQ(queue[0].reason(), v1::QUEUE_REASON_UNROUTABLE);
  EXPECT_EQ(queue[0].missing(), v1::ROUTE_GAP_CAPACITY);
  EXPECT_EQ(queue[0].route().county(), 47u);
  // Neither the pseudonym nor which parts there are.
  const std::string all = queue[0].SerializeAsString();
  EXPECT_EQ(all.find(std::string(16, 'b')), std::string::npos);
  // What was alerted comes before what is more urgent.
  world.clock().Advance(absl::Hours(3));
  world.RunTimers();
  EXPECT_TRUE(QueueOf(world)[0].alerted());
}

TEST_F(Queue, ForCoordinatorsOfACoordinatingAgency) {
  const Sent sent = Unserved();
  for (const auto& [agency, role] : {std::pair{"secretariat", Role::kPerson},
                                     {"secretariat", Role::kSystem},
                                     {"police", Role::kCoordinator},
                                     {"haven", Role::kOperator}}) {
    const auto list = ListQueue(world.context(), World::CallerOf(agency, role), {});
    EXPECT_EQ(ErrorReason(list.status()), "COORDINATOR_REQUIRED") << agency;
  }
  const v1::QueueItem item = QueueOf(world).at(0);
  v1::ActOnItemRequest forged;
  v1::CoordinatorAct act;
  *act.mutable_meta() = world.Meta(PolicePerson());
  act.mutable_coordinator()->set_agency("police");
  act.mutable_coordinator()->set_unit("desk");
  act.set_item(item.item());
  *act.mutable_referral() = item.referral();
  act.set_kind(kClose);
  *forged.mutable_act() = world.Sign(envelope::kCoordinatorActType, act, PolicePerson());
  const auto refused = Await<v1::ActOnItemResponse>([&](auto reply) {
    ActOnItem(world.context(), World::CallerOf("police", Role::kPerson), forged, std::move(reply));
  });
  EXPECT_EQ(ErrorReason(refused.status()), "COORDINATOR_REQUIRED");
  EXPECT_EQ(QueueOf(world).size(), 1u);
}

TEST_F(Queue, AssignedAndAnnotatedByCode) {
  Unserved();
  const v1::QueueItem item = QueueOf(world).at(0);
  AMANA_ASSERT_OK(
      ActOn(world, item, kAssign, [](auto& act) { act.set_assignee("coordinator-1"); }).status());
  AMANA_ASSERT_OK(ActOn(world, item, kAnnotate, [](auto& act) {
                    act.set_annotation(v1::ANNOTATION_AWAITING_CAPACITY);
                  }).status());
  const v1::QueueItem now = QueueOf(world).at(0);
  EXPECT_EQ(now.assignee(), "coordinator-1");
  EXPECT_EQ(now.assigned_unit().agency(), "secretariat");
  ASSERT_EQ(now.notes_size(), 1);
  EXPECT_EQ(now.notes(0).annotation(), v1::ANNOTATION_AWAITING_CAPACITY);
  v1::ListQueueRequest mine;
  mine.set_assignee("coordinator-1");
  const auto caller = World::CallerOf("secretariat", Role::kCoordinator);
  EXPECT_EQ(ListQueue(world.context(), caller, mine)->items_size(), 1);
  mine.set_assignee("somebody-else");
  EXPECT_EQ(ListQueue(world.context(), caller, mine)->items_size(), 0);
  for (const auto& [kind, edit] :
       {std::pair{kAssign, Edit<v1::CoordinatorAct>()},
        {kAnnotate, Edit<v1::CoordinatorAct>()},
        {v1::COORDINATOR_ACT_KIND_UNSPECIFIED, Edit<v1::CoordinatorAct>()},
        {kClose, Because(v1::REASON_NO_CAPACITY)}}) {
    EXPECT_FALSE(ActOn(world, item, kind, edit).ok());
  }
}

TEST_F(Queue, WhomACoordinatorNamesIsAskedAlthoughItIsFull) {
  const Sent sent = Unserved();
  const v1::QueueItem item = QueueOf(world).at(0);
  const uint64_t before = LogSize(world);
  AMANA_ASSERT_OK(ActOn(world, item, kName, Naming(kRefuge)).status());
  EXPECT_EQ(TaskEventsFrom(world, before).front(), v1::EVENT_KIND_COORDINATOR_ACTED);
  EXPECT_EQ(TaskOf(world, sent).recipient, kRefuge.address());
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_ROUTED);
  EXPECT_TRUE(QueueOf(world).empty());
  EXPECT_EQ(ErrorReason(ActOn(world, item, kClose, Because(v1::REASON_NO_LONGER_NEEDED)).status()),
            "ITEM_CLOSED");
  AcceptAt(world, kRefuge);
}

TEST_F(Queue, NeverPastConsentNorPastTheDirectory) {
  const Sent sent = Unserved();
  const v1::QueueItem item = QueueOf(world).at(0);
  EXPECT_EQ(ErrorReason(ActOn(world, item, kName, Naming({"nobody"})).status()), "NO_CANDIDATE");
  AMANA_ASSERT_OK(Exclude(world, 's', "refuge").status());
  const auto excluded = ActOn(world, item, kName, Naming(kRefuge));
  EXPECT_EQ(ErrorReason(excluded.status()), "NO_CANDIDATE");
  EXPECT_EQ(excluded.status().message().find("EXCLU"), std::string::npos);
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_UNROUTABLE);
  EXPECT_EQ(QueueOf(world).size(), 1u) << "a refused act leaves nothing behind";
}

TEST_F(Queue, AnOfferIsTakenAwayOnlyFromWhoMissedItsTime) {
  world.clock().Advance(absl::Seconds(1));
  ReportFree(world, kHaven, 5);
  const Sent sent = SendRouteTo(world, {kHaven, kRefuge}, 's', [](auto& draft) {
    draft.header.set_urgency(v1::URGENCY_IMMEDIATE);
  });
  world.clock().Advance(absl::Minutes(15));
  world.RunTimers();  // nobody was called: it is in the queue, and haven still has time
  const v1::QueueItem item = QueueOf(world).at(0);
  ASSERT_EQ(item.reason(), v1::QUEUE_REASON_NO_CALL);
  EXPECT_EQ(ErrorReason(ActOn(world, item, kName, Naming(kRefuge)).status()), "SLA_NOT_MISSED");
  EXPECT_EQ(TaskOf(world, sent).recipient, kHaven.address());
  world.clock().Advance(absl::Minutes(45));
  world.RunTimers();  // refuge is full, so it is the coordinator's
  const std::vector<v1::QueueItem> queue = QueueOf(world);
  ASSERT_EQ(queue.size(), 2u);
  AMANA_ASSERT_OK(ActOn(world, queue[1], kName, Naming(kRefuge)).status());
  EXPECT_EQ(TaskOf(world, sent).recipient, kRefuge.address());
  EXPECT_EQ(TaskOf(world, sent).offer_epoch, 2u);
}

TEST_F(Queue, ClosingCancelsWhatACoordinatorMayCancel) {
  const Sent sent = Unserved();
  AMANA_ASSERT_OK(
      ActOn(world, QueueOf(world).at(0), kClose, Because(v1::REASON_NO_LONGER_NEEDED)).status());
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_CANCELLED);
  EXPECT_TRUE(QueueOf(world).empty());
}

TEST_F(Queue, WhatIsStillOwedStays) {
  world.clock().Advance(absl::Seconds(1));
  ReportFree(world, kHaven, 5);
  const Sent sent = SendRouteTo(world, {kHaven});
  world.clock().Advance(absl::Hours(12));
  world.RunTimers();
  const v1::QueueItem item = QueueOf(world).at(0);
  const auto close = [&] {
    const uint64_t before = LogSize(world);
    const absl::Status closed =
        ActOn(world, item, kClose, Because(v1::REASON_NO_LONGER_NEEDED)).status();
    EXPECT_EQ(LogSize(world), before);
    return ErrorReason(closed);
  };
  EXPECT_EQ(close(), "STILL_OWED");
  world.clock().Advance(absl::Hours(6));
  world.RunTimers();
  ASSERT_EQ(TaskOf(world, sent).clock.due, absl::InfiniteFuture()) << "no rung is left";
  EXPECT_EQ(close(), "STILL_OWED");
  EXPECT_EQ(TaskOf(world, sent).state, v1::TASK_STATE_ROUTED);
  EXPECT_EQ(QueueOf(world).size(), 1u);
}

TEST_F(Queue, ACallThatWasMadeOtherwiseIsClosed) {
  world.clock().Advance(absl::Seconds(1));
  ReportFree(world, kHaven, 5);
  const Sent sent = SendRouteTo(
      world, {kHaven}, 's', [](auto& draft) { draft.header.set_urgency(v1::URGENCY_IMMEDIATE); });
  world.clock().Advance(absl::Minutes(15));
  world.RunTimers();
  const v1::QueueItem item = QueueOf(world).at(0);
  ASSERT_EQ(item.reason(), v1::QUEUE_REASON_NO_CALL);
  AMANA_ASSERT_OK(ActOn(world, item, kClose, Because(v1::REASON_NO_LONGER_NEEDED)).status());
  EXPECT_TRUE(QueueOf(world).empty()) << "the offer has a clock of its own";
  EXPECT_NE(TaskOf(world, sent).clock.due, absl::InfiniteFuture());
}

TEST_F(Queue, TheSameActIsOneActAndAnotherTasksItemIsNotFound) {
  const Sent sent = Unserved();
  const v1::QueueItem item = QueueOf(world).at(0);
  const auto first = ActOn(world, item, kClose, Because(v1::REASON_NO_LONGER_NEEDED));
  AMANA_ASSERT_OK(first.status());
  const auto again = ActOn(world, item, kClose, Because(v1::REASON_NO_LONGER_NEEDED));
  AMANA_ASSERT_OK(again.status());
  EXPECT_EQ(again->receipt().event().SerializeAsString(),
            first->receipt().event().SerializeAsString());
  v1::QueueItem other = item;
  other.set_task(3);
  EXPECT_EQ(ErrorReason(ActOn(world, other, kClose, Because(v1::REASON_DUPLICATE)).status()),
            "NOT_FOUND");
  other = item;
  other.set_item(item.item() + 1);
  EXPECT_EQ(ErrorReason(ActOn(world, other, kClose, Because(v1::REASON_DUPLICATE)).status()),
            "NOT_FOUND");
}

TEST_F(Queue, WhatIsOverIsOutOfTheQueue) {
  const Sent sent = Unserved();
  EXPECT_EQ(QueueOf(world).size(), 1u);
  AMANA_ASSERT_OK(Cancel(world, sent).status());
  EXPECT_TRUE(QueueOf(world).empty());
}

TEST_F(Queue, ARecallThatNobodyAnswersIsAlertedAtOnce) {
  world.clock().Advance(absl::Seconds(1));
  ReportFree(world, kHaven, 5);
  const Sent sent = SendRouteTo(world, {kHaven});
  TakeAt(world, kHaven);
  AMANA_ASSERT_OK(Withdraw(world, sent.consent).status());
  world.clock().Advance(absl::Hours(25));
  world.RunTimers();
  const std::vector<v1::QueueItem> queue = QueueOf(world);
  ASSERT_EQ(queue.size(), 1u);
  EXPECT_EQ(queue[0].reason(), v1::QUEUE_REASON_RECALL_UNANSWERED);
  EXPECT_TRUE(queue[0].alerted());
}

}  // namespace
}  // namespace amana::operations
