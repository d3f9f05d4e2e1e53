// What everybody is told of a referral's story, and what happens next.
#include <gtest/gtest.h>

#include "broker/operations/testing_offers.h"

namespace amana::operations {
namespace {

using crypto::Role;

class Timeline : public ::testing::Test {
 protected:
  Timeline() {
    AddShelter(world, kRefuge);
    AppointOfficer(world);
    sent = SendRouteTo(world, {kHaven, kRefuge});
  }
  v1::GetTimelineResponse For(std::string_view agency, Role role = Role::kSystem) {
    const auto timeline = TimelineFor(world, sent, World::CallerOf(agency, role));
    EXPECT_TRUE(timeline.ok()) << agency << ": " << timeline.status();
    return timeline.value_or(v1::GetTimelineResponse());
  }
  std::string Refused(std::string_view agency, Role role = Role::kSystem) {
    return ErrorReason(TimelineFor(world, sent, World::CallerOf(agency, role)).status());
  }

  World world;
  Sent sent;
};

TEST_F(Timeline, TheSenderSeesWhoHadItWhoHasItAndWhatComesNext) {
  const absl::Time first = world.clock().Now();
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, SeeAt(world, kHaven)).status());
  world.clock().Advance(absl::Hours(1));
  const v1::GetTimelineResponse timeline = For("police");
  ASSERT_EQ(timeline.tasks_size(), 1);
  const v1::TaskTimeline& task = timeline.tasks(0);
  EXPECT_EQ(task.status().state(), v1::TASK_STATE_ROUTED);
  EXPECT_EQ(task.status().recipient().agency(), "refuge");
  ASSERT_EQ(task.past_offers_size(), 1);
  EXPECT_EQ(task.past_offers(0).recipient().agency(), "haven");
  EXPECT_EQ(task.past_offers(0).reason(), v1::REASON_NO_CAPACITY);
  EXPECT_EQ(task.past_offers(0).offered_unix_ms(), ToUnixMillis(first));
  EXPECT_EQ(task.next().clock(), v1::CLOCK_ACKNOWLEDGE);
  EXPECT_EQ(task.next().level(), v1::ESCALATION_LEVEL_REMINDED);
  EXPECT_EQ(task.next().at_unix_ms(), ToUnixMillis(first + absl::Hours(6)));
  EXPECT_EQ(timeline.responsible().agency(), "police");
}

TEST_F(Timeline, WhatIsSaidToComeNextIsWhatComes) {
  const v1::NextStep reminder = For("police").tasks(0).next();
  world.clock().Advance(FromUnixMillis(reminder.at_unix_ms()) - world.clock().Now());
  world.RunTimers();
  const v1::NextStep reroute = For("police").tasks(0).next();
  EXPECT_EQ(reroute.reached(), v1::ESCALATION_LEVEL_REMINDED);
  EXPECT_TRUE(reroute.reroute());
  world.clock().Advance(FromUnixMillis(reroute.at_unix_ms()) - world.clock().Now());
  world.RunTimers();
  EXPECT_EQ(For("police").tasks(0).status().recipient().agency(), "refuge");
}

TEST_F(Timeline, ARecipientSeesItsOwnOfferAndWhatItOwes) {
  EXPECT_EQ(Refused("haven"), "NOT_FOUND") << "nothing was given to it yet";
  const v1::Delivery offer = SeeAt(world, kHaven);
  const v1::GetTimelineResponse timeline = For("haven");
  ASSERT_EQ(timeline.tasks_size(), 1);
  EXPECT_EQ(timeline.tasks(0).next().clock(), v1::CLOCK_DECIDE);
  EXPECT_FALSE(timeline.has_responsible());
  EXPECT_EQ(Refused("refuge"), "NOT_FOUND");
  AMANA_ASSERT_OK(AskAt(world, kHaven, offer).status());
  EXPECT_FALSE(For("haven").tasks(0).has_next()) << "now the sender owes";
  EXPECT_EQ(For("police").tasks(0).next().clock(), v1::CLOCK_ANSWER);
}

TEST_F(Timeline, WhomItIsOfferedToNextIsNoneOfTheDeclinersBusiness) {
  AMANA_ASSERT_OK(DeclineAt(world, kHaven, SeeAt(world, kHaven)).status());
  SeeAt(world, kRefuge);
  const auto timeline = TimelineFor(world, sent, World::CallerOf("haven"));
  if (timeline.ok()) {
    EXPECT_EQ(timeline->SerializeAsString().find("refuge"), std::string::npos);
  }
  const v1::GetTimelineResponse refuge = For("refuge");
  EXPECT_EQ(refuge.SerializeAsString().find("haven"), std::string::npos);
  EXPECT_EQ(refuge.tasks(0).past_offers_size(), 0);
}

TEST_F(Timeline, ACoordinatorSeesWhatIsInTheQueue) {
  EXPECT_EQ(Refused("secretariat", Role::kCoordinator), "NOT_FOUND");
  world.clock().Advance(absl::Hours(12));
  world.RunTimers();
  world.clock().Advance(absl::Hours(12));
  world.RunTimers();
  ASSERT_EQ(QueueOf(world).size(), 1u);
  const v1::GetTimelineResponse timeline = For("secretariat", Role::kCoordinator);
  ASSERT_EQ(timeline.tasks_size(), 1);
  EXPECT_EQ(timeline.tasks(0).past_offers_size(), 1);
  EXPECT_EQ(timeline.tasks(0).next().level(), v1::ESCALATION_LEVEL_ALERTED);
  EXPECT_EQ(timeline.SerializeAsString().find(std::string(16, 's')), std::string::npos);
  EXPECT_EQ(Refused("secretariat", Role::kSystem), "NOT_FOUND");
  EXPECT_EQ(Refused("oversight"), "NOT_FOUND");
}

}  // namespace
}  // namespace amana::operations
