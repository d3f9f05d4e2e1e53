// A drill: every window runs as if an hour took a second.
#include <gtest/gtest.h>

#include "broker/delivery/clocks.h"
#include "broker/operations/testing_offers.h"

namespace amana::operations {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

codes::Sla Windows(World& world, const store::TaskRecord& task, v1::Urgency urgency) {
  return delivery::WindowsOf(*world.store().Read().value(), task, urgency);
}

std::vector<v1::EventKind> After(World& world, absl::Duration time) {
  const uint64_t before = LogSize(world);
  world.clock().Advance(time);
  world.RunTimers();
  return TaskEventsFrom(world, before);
}

TEST(Drill, EveryWindowIsAtItsPace) {
  World world(absl::Seconds(1));
  AddShelter(world, kRefuge, [](v1::DirectoryUnit& unit) {
    v1::SlaOverride& own = *unit.add_sla();
    own.set_urgency(v1::URGENCY_URGENT);
    own.set_acknowledge_minutes(30);
    own.set_decide_minutes(120);
    own.set_start_minutes(5);
  });
  store::TaskRecord task;
  const auto seconds = [](int acknowledge, int decide, int start) {
    return codes::Sla{absl::Seconds(acknowledge), absl::Seconds(decide), absl::Seconds(start)};
  };
  EXPECT_EQ(Windows(world, task, v1::URGENCY_IMMEDIATE), seconds(1, 3, 1));
  EXPECT_EQ(Windows(world, task, v1::URGENCY_EMERGENCY), seconds(3, 12, 24));
  EXPECT_EQ(Windows(world, task, v1::URGENCY_URGENT), seconds(12, 36, 72));
  EXPECT_EQ(Windows(world, task, v1::URGENCY_NORMAL), seconds(48, 120, 336));
  task.recipient = kRefuge.address();
  // A unit's own too; their quarters are whole milliseconds.
  EXPECT_EQ(Windows(world, task, v1::URGENCY_URGENT),
            (codes::Sla{absl::Milliseconds(500), absl::Seconds(2), absl::Milliseconds(84)}));
  EXPECT_EQ(Windows(world, task, v1::URGENCY_NORMAL), seconds(48, 120, 336));
}

TEST(Drill, TheLadderIsClimbedAtThatPaceAndAlsoAfterARestart) {
  World world(absl::Seconds(1));
  SendRouteTo(world, {kHaven});  // URGENT
  EXPECT_THAT(After(world, absl::Milliseconds(5999)), IsEmpty());
  EXPECT_THAT(After(world, absl::Milliseconds(1)), ElementsAre(v1::EVENT_KIND_TASK_REMINDED));
  world.Restart();
  EXPECT_THAT(After(world, absl::Milliseconds(5999)), IsEmpty());
  EXPECT_THAT(After(world, absl::Milliseconds(1)), ElementsAre(v1::EVENT_KIND_TASK_ESCALATED));
  EXPECT_THAT(After(world, absl::Seconds(6)), ElementsAre(v1::EVENT_KIND_TASK_ALERTED));
}

TEST(Drill, ItsPaceHoldsWhereTheDirectoryCannotBeRead) {
  World world(absl::Seconds(1));
  const Sent sent = SendRouteTo(world, {kHaven});
  const store::TaskRecord task = TaskOf(world, sent);
  world.ChangeDatabase("UPDATE directory_agency SET change = change + 7");
  ASSERT_FALSE(world.store().Read().value()->directory().Current().ok());
  EXPECT_EQ(Windows(world, task, v1::URGENCY_URGENT),
            (codes::Sla{absl::Seconds(12), absl::Seconds(36), absl::Seconds(72)}));
}

}  // namespace
}  // namespace amana::operations
