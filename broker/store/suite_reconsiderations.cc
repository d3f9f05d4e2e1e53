#include "broker/store/suite.h"
#include "gmock/gmock.h"

namespace amana::store {
namespace {

using Number = std::pair<uint32_t, uint32_t>;  // of the referral, of its task

Work AcceptFor(uint32_t number, uint32_t subject, const std::vector<TaskRecord>& tasks) {
  return [=](Transaction& tx) {
    ReferralRecord record = SampleReferral(number);
    record.subject = SampleId<Pseudonym>(subject);
    return tx.referrals().Accept(record, SampleBody(number), tasks);
  };
}

Work MoveTask(v1::TaskState from, const TaskRecord& task) {
  return [from, task](Transaction& tx) { return tx.referrals().MoveTask(from, task); };
}

TaskRecord To(TaskRecord task, std::string_view agency) {
  task.recipient = SampleAddress(agency, "intake");
  return task;
}

std::vector<Number> NumbersOf(const std::vector<TaskRecord>& tasks) {
  std::vector<Number> numbers;
  numbers.reserve(tasks.size());
  for (const TaskRecord& task : tasks) {
    numbers.emplace_back(task.key.referral.referral.data()[15], task.key.task);
  }
  return numbers;
}

// All of a list that is read `limit` at a time.
template <typename Read>
std::vector<Number> All(size_t limit, Read read) {
  std::vector<TaskRecord> all;
  std::optional<TaskKey> after;
  while (true) {
    const std::vector<TaskRecord> some = read(after, limit).value();
    EXPECT_LE(some.size(), limit);
    if (some.empty()) return NumbersOf(all);
    all.insert(all.end(), some.begin(), some.end());
    after = some.back().key;
  }
}

Work Begin(const ReconsiderationRecord& record, uint64_t& id) {
  return [=, &id](Transaction& tx) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(id, tx.reconsiderations().Begin(record));
    return absl::OkStatus();
  };
}

TEST_P(StoreSuite, TasksAreToBeDecidedAgainEarliestFirst) {
  for (uint32_t i = 0; i < 5; ++i) {
    TaskRecord task = SampleTask(i);
    task.decide_at =
        i == 4 ? absl::InfiniteFuture() : SampleTime() + absl::Minutes(i == 0 ? 30 : i);
    AMANA_ASSERT_OK(Do(AcceptFor(i, i, {task})));
  }
  const absl::Time late = SampleTime() + absl::Hours(1000);
  EXPECT_THAT(NumbersOf(Look()->referrals().TasksToDecide(late, 10).value()),
              testing::ElementsAre(Number(1, 0), Number(2, 0), Number(3, 0), Number(0, 0)));
  EXPECT_EQ(Look()->referrals().TasksToDecide(SampleTime() + absl::Minutes(2), 10)->size(), 2u);
  EXPECT_EQ(Look()->referrals().TasksToDecide(late, 3)->size(), 3u);
  EXPECT_EQ(Look()->deliveries().NextDue().value(), SampleTime() + absl::Minutes(1));
  TaskRecord first = SampleTask(1);
  first.decide_at = absl::InfiniteFuture();
  AMANA_ASSERT_OK(Do(MoveTask(first.state, first)));
  Reopen();
  EXPECT_EQ(Look()->deliveries().NextDue().value(), SampleTime() + absl::Minutes(2));
  EXPECT_EQ(Print(Look()->referrals().Tasks(SampleKey(1))->front()), Print(first));
}

TEST_P(StoreSuite, OpenTasksForAnAgency) {
  AMANA_ASSERT_OK(Do(AcceptFor(0, 7, {SampleTask(0), To(SampleTask(0, 1), "clinic")})));
  AMANA_ASSERT_OK(Do(AcceptFor(1, 8, {SampleTask(1), SampleTask(1, 1)})));
  AMANA_ASSERT_OK(Do(AcceptFor(2, 9, {SampleTask(2)})));
  TaskRecord nobodys = SampleTask(3);
  nobodys.recipient.reset();
  AMANA_ASSERT_OK(Do(AcceptFor(3, 9, {nobodys})));
  TaskRecord closed = SampleTask(1, 1);
  closed.state = v1::TASK_STATE_COMPLETED;
  AMANA_ASSERT_OK(Do(MoveTask(v1::TASK_STATE_ROUTED, closed)));
  const auto look = Look();
  for (const size_t limit : {1u, 2u, 9u}) {
    EXPECT_THAT(All(limit,
                    [&](const auto& after, size_t count) {
                      return look->referrals().OpenTasksFor(SampleAgency("shelter"), after, count);
                    }),
                testing::ElementsAre(Number(0, 0), Number(1, 0), Number(2, 0)));
  }
  EXPECT_THAT(look->referrals().OpenRecipients().value(),
              testing::ElementsAre(SampleAgency("clinic"), SampleAgency("shelter")));
  const TaskKey unknown{SampleKey(50), 0};
  EXPECT_EQ(
      ErrorReason(look->referrals().OpenTasksFor(SampleAgency("shelter"), unknown, 3).status()),
      "NOT_FOUND");
}

TEST_P(StoreSuite, TasksOfAPersonThatSomethingWasDisclosedOf) {
  const auto queue = [this](uint32_t number, uint32_t task, std::string_view agency,
                            v1::DisclosureStage stage, bool disclosed,
                            v1::DeliveryState state = v1::DELIVERY_STATE_QUEUED) {
    DeliveryRecord delivery = SampleDelivery(number, task);
    delivery.key.stage = stage;
    delivery.subject = SampleId<Pseudonym>(7);
    delivery.recipient = SampleAddress(agency, "intake");
    delivery.disclosed = disclosed;
    delivery.state = state;
    AMANA_ASSERT_OK(Do([=](Transaction& tx) { return tx.deliveries().Queue(delivery); }));
  };
  const auto offer = v1::DISCLOSURE_STAGE_AT_OFFER;
  const auto accept = v1::DISCLOSURE_STAGE_AT_ACCEPT;
  for (uint32_t i = 0; i < 6; ++i) {
    AMANA_ASSERT_OK(Do(AcceptFor(i, 7, {SampleTask(i), To(SampleTask(i, 1), "clinic")})));
  }
  queue(0, 0, "shelter", offer, true);
  queue(0, 0, "shelter", accept, true);
  queue(0, 1, "clinic", offer, false);
  queue(1, 0, "shelter", offer, true, v1::DELIVERY_STATE_RECALL_SENT);  // over, and recalled
  queue(4, 0, "shelter", offer, true, v1::DELIVERY_STATE_RECALL_SENT);  // recalled in part
  queue(4, 0, "shelter", accept, true, v1::DELIVERY_STATE_NATIVE_ACKED);
  queue(5, 0, "shelter", offer, true, v1::DELIVERY_STATE_RECALL_REFUSED);  // open all the same
  queue(2, 0, "shelter", offer, true);
  queue(2, 0, "shelter", accept, false);
  queue(3, 1, "clinic", offer, true);
  for (const uint32_t number : {1u, 4u}) {
    TaskRecord closed = SampleTask(number);
    closed.state = v1::TASK_STATE_REVOKED;
    AMANA_ASSERT_OK(Do(MoveTask(v1::TASK_STATE_ROUTED, closed)));
  }
  const auto look = Look();
  for (const size_t limit : {1u, 2u, 9u}) {
    EXPECT_THAT(
        All(limit,
            [&](const auto& after, size_t count) {
              return look->referrals().DisclosedTasksOf(SampleId<Pseudonym>(7), after, count);
            }),
        testing::ElementsAre(Number(3, 1), Number(0, 0), Number(2, 0), Number(4, 0), Number(5, 0)));
  }
  EXPECT_TRUE(look->referrals().DisclosedTasksOf(SampleId<Pseudonym>(8), {}, 9)->empty());
}

TEST_P(StoreSuite, AReconsiderationStandsWhereItWasLeft) {
  AMANA_ASSERT_OK(Do(AcceptSample(5)));
  uint64_t first = 0;
  uint64_t second = 0;
  AMANA_ASSERT_OK(Do(Begin(SampleReconsideration(1), first)));
  AMANA_ASSERT_OK(Do(Begin(SampleReconsideration(1), second)));  // a second word of the person's
  EXPECT_LT(first, second);
  ReconsiderationRecord further = SampleReconsideration(1);
  further.id = first;
  further.disclosed_pass = false;
  further.unrouted_pass = true;
  further.after = TaskKey{SampleKey(5), 3};
  AMANA_ASSERT_OK(Do([&](Transaction& tx) { return tx.reconsiderations().Advance(further); }));
  Reopen();
  const auto look = Look();
  const auto of_subject = look->reconsiderations().OfSubject(SampleId<Pseudonym>(1)).value();
  ASSERT_EQ(of_subject.size(), 2u);
  EXPECT_EQ(Print(of_subject[0]), Print(further));
  EXPECT_EQ(of_subject[0].id, first);
  EXPECT_EQ(Print(of_subject[1]), Print(SampleReconsideration(1)));
  EXPECT_TRUE(look->reconsiderations().OfSubject(SampleId<Pseudonym>(2))->empty());
  EXPECT_EQ(Print(*look->reconsiderations().Find(first).value()), Print(further));
  EXPECT_EQ(look->reconsiderations().Pending(1)->size(), 1u);
  EXPECT_EQ(look->reconsiderations().Pending(9)->size(), 2u);
}

TEST_P(StoreSuite, AReconsiderationEndsOnce) {
  uint64_t id = 0;
  AMANA_ASSERT_OK(Do(Begin(SampleReconsideration(1), id)));
  const auto end = [&](Transaction& tx) { return tx.reconsiderations().End(id); };
  AMANA_ASSERT_OK(Do(end));
  EXPECT_EQ(ErrorReason(Do(end).status()), "CONFLICT");
  ReconsiderationRecord gone = SampleReconsideration(1);
  gone.id = id;
  EXPECT_EQ(ErrorReason(
                Do([&](Transaction& tx) { return tx.reconsiderations().Advance(gone); }).status()),
            "CONFLICT");
  EXPECT_FALSE(Look()->reconsiderations().Find(id)->has_value());
  EXPECT_TRUE(Look()->reconsiderations().Pending(9)->empty());
}

TEST_P(StoreSuite, AnAgencyIsReconsideredByOneRecordAtATime) {
  ReconsiderationRecord record;
  record.recipient = SampleAgency("shelter");
  uint64_t id = 0;
  AMANA_ASSERT_OK(Do(Begin(record, id)));
  EXPECT_EQ(ErrorReason(Do(Begin(record, id)).status()), "CONFLICT");
  record.recipient = SampleAgency("clinic");
  uint64_t other = 0;
  AMANA_ASSERT_OK(Do(Begin(record, other)));
  const auto look = Look();
  EXPECT_EQ(look->reconsiderations().OfRecipient(SampleAgency("clinic")).value()->id, other);
  EXPECT_FALSE(look->reconsiderations().OfRecipient(SampleAgency("police"))->has_value());
  EXPECT_TRUE(look->reconsiderations().OfSubject(Pseudonym())->empty());
}

}  // namespace
}  // namespace amana::store
