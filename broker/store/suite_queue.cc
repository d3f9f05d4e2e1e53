#include "broker/store/suite.h"
#include "gmock/gmock.h"

namespace amana::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

QueueItem SampleItem(uint64_t item, uint32_t referral) {
  QueueItem out;
  out.item = item;
  out.task = {SampleKey(referral), 0};
  out.offer_epoch = 1;
  out.reason = v1::QUEUE_REASON_NOT_ACKNOWLEDGED;
  out.urgency = v1::URGENCY_URGENT;
  out.opened = SampleTime() + absl::Seconds(static_cast<int64_t>(item));
  return out;
}

Work OpenItem(const QueueItem& item) {
  return [item](Transaction& tx) { return tx.queue().Open(item); };
}
Work MoveItem(const QueueItem& item) {
  return [item](Transaction& tx) { return tx.queue().Move(item); };
}

std::vector<uint64_t> Items(const std::vector<QueueItem>& items) {
  std::vector<uint64_t> numbers;
  for (const QueueItem& item : items) numbers.push_back(item.item);
  return numbers;
}

const PersonRef& Asha() {
  static const auto& asha =
      *new PersonRef{SampleAgency("secretariat"), PersonId::Create("asha").value()};
  return asha;
}

TEST_P(StoreSuite, AQueueItemReadsBackAsItWas) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  QueueItem item = SampleItem(7, 1);
  AMANA_ASSERT_OK(Do(OpenItem(item)));
  EXPECT_EQ(ErrorReason(Do(OpenItem(item)).status()), "CONFLICT");
  EXPECT_EQ(ErrorReason(Do(OpenItem(SampleItem(8, 2))).status()), "NOT_FOUND");
  item.alerted = true;
  item.assigned = SampleAddress("secretariat", "desk");
  item.assignee = Asha().person;
  AMANA_ASSERT_OK(Do(MoveItem(item)));
  Reopen();
  EXPECT_EQ(Print(*Look()->queue().Find(7).value()), Print(item));
  EXPECT_FALSE(Look()->queue().Find(8).value().has_value());
}

TEST_P(StoreSuite, TheQueueIsAlertedThenUrgentThenOldest) {
  for (uint32_t number = 1; number <= 5; ++number) AMANA_ASSERT_OK(Do(AcceptSample(number)));
  QueueItem items[] = {SampleItem(11, 1), SampleItem(12, 2), SampleItem(13, 3), SampleItem(14, 4),
                       SampleItem(15, 5)};
  items[1].urgency = v1::URGENCY_IMMEDIATE;
  items[3].alerted = true;
  items[3].urgency = v1::URGENCY_NORMAL;
  for (const QueueItem& item : items) AMANA_ASSERT_OK(Do(OpenItem(item)));
  EXPECT_THAT(Items(Look()->queue().List(std::nullopt, {}).value().items),
              ElementsAre(14, 12, 11, 13, 15));
  const auto size = Look()->queue().Count().value();
  EXPECT_EQ(size.open, 5u);
  EXPECT_EQ(size.alerted, 1u);

  items[4].alerted = true;  // it rises
  AMANA_ASSERT_OK(Do(MoveItem(items[4])));
  items[1].closed = true;
  AMANA_ASSERT_OK(Do(MoveItem(items[1])));
  Page page{2, ""};
  auto listed = Look()->queue().List(std::nullopt, page).value();
  EXPECT_THAT(Items(listed.items), ElementsAre(15, 14));
  page.token = listed.next_token;
  listed = Look()->queue().List(std::nullopt, page).value();
  EXPECT_THAT(Items(listed.items), ElementsAre(11, 13));
  EXPECT_EQ(listed.next_token, "");
  EXPECT_EQ(Look()->queue().Count()->open, 4u);
  for (const std::string_view token : {"x", "99", "-1", "11x"}) {
    page.token = std::string(token);
    EXPECT_EQ(ErrorReason(Look()->queue().List(std::nullopt, page).status()), "PAGE_TOKEN_INVALID");
  }
}

TEST_P(StoreSuite, AClosedItemIsNotMovedAgain) {
  AMANA_ASSERT_OK(Do(AcceptSample(1)));
  QueueItem item = SampleItem(7, 1);
  AMANA_ASSERT_OK(Do(OpenItem(item)));
  item.closed = true;
  AMANA_ASSERT_OK(Do(MoveItem(item)));
  EXPECT_EQ(ErrorReason(Do(MoveItem(item)).status()), "CONFLICT");
  EXPECT_EQ(ErrorReason(Do(MoveItem(SampleItem(8, 1))).status()), "CONFLICT");
  EXPECT_THAT(Items(Look()->queue().OfTask(item.task).value()), IsEmpty());
  EXPECT_TRUE(Look()->queue().Find(7).value()->closed);
}

TEST_P(StoreSuite, ItemsOfATaskAndOfAPerson) {
  for (uint32_t number = 1; number <= 2; ++number) AMANA_ASSERT_OK(Do(AcceptSample(number)));
  QueueItem mine = SampleItem(12, 1);
  mine.assigned = SampleAddress("secretariat", "desk");
  mine.assignee = Asha().person;
  QueueItem foreign = SampleItem(13, 2);
  foreign.assigned = SampleAddress("iom", "desk");
  foreign.assignee = Asha().person;
  for (const QueueItem& item : {SampleItem(11, 1), mine, foreign}) {
    AMANA_ASSERT_OK(Do(OpenItem(item)));
  }
  EXPECT_THAT(Items(Look()->queue().OfTask({SampleKey(1), 0}).value()), ElementsAre(11, 12));
  EXPECT_THAT(Items(Look()->queue().OfTask({SampleKey(1), 1}).value()), IsEmpty());
  EXPECT_THAT(Items(Look()->queue().OfTask({SampleKey(9), 0}).value()), IsEmpty());
  EXPECT_THAT(Items(Look()->queue().List(Asha(), {}).value().items), ElementsAre(12));
}

TEST_P(StoreSuite, NotesOfAnItemOldestFirst) {
  const auto note = [](uint64_t index, v1::Annotation annotation) {
    return [=](Transaction& tx) {
      return tx.queue().AddNote({7, index, SampleTime(), annotation, Asha()});
    };
  };
  AMANA_ASSERT_OK(Do(note(21, v1::ANNOTATION_SENDER_CONTACTED)));
  AMANA_ASSERT_OK(Do(note(22, v1::ANNOTATION_AWAITING_CAPACITY)));
  EXPECT_EQ(ErrorReason(Do(note(22, v1::ANNOTATION_AWAITING_CAPACITY)).status()), "CONFLICT");
  Reopen();
  const auto notes = Look()->queue().Notes(7).value();
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0].annotation, v1::ANNOTATION_SENDER_CONTACTED);
  EXPECT_EQ(notes[1].log_index, 22u);
  EXPECT_EQ(notes[1].by.person, Asha().person);
  EXPECT_EQ(notes[1].by.agency, Asha().agency);
  EXPECT_THAT(Look()->queue().Notes(8).value(), IsEmpty());
}

}  // namespace
}  // namespace amana::store
