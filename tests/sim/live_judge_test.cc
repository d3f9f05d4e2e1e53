// That the judge of live worlds can find somebody guilty: timelines, logs and inboxes made by hand.
#include "tests/sim/live_judge.h"

#include <gtest/gtest.h>

#include "agency-adapters/sdk/keys.h"

namespace amana::sim {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'900'000'000);

StatementKey Key(char id) {
  return *sdk::ParseStatementKey("police/" + std::string(32, id) + "/1");
}

v1::GetTimelineResponse Timeline(v1::TaskState state) {
  v1::GetTimelineResponse timeline;
  timeline.mutable_responsible()->set_agency("police");
  timeline.mutable_responsible()->set_unit("desk");
  timeline.mutable_summary()->set_expires_unix_ms(absl::ToUnixMillis(kNow + absl::Hours(1)));
  v1::TaskStatus& status = *timeline.add_tasks()->mutable_status();
  status.set_state(state);
  status.set_offer_epoch(1);
  return timeline;
}

std::string Why(const v1::GetTimelineResponse& timeline, bool in_queue = false,
                absl::Time now = kNow) {
  const absl::Time expires = absl::FromUnixMillis(timeline.summary().expires_unix_ms());
  return WhyStuck(timeline.tasks(0), in_queue, expires, now);
}

TEST(WhyStuck, SomebodyHasATaskOrItIsStuck) {
  const v1::GetTimelineResponse routed = Timeline(v1::TASK_STATE_ROUTED);
  EXPECT_NE(Why(routed), "");
  EXPECT_EQ(Why(routed, /*in_queue=*/true), "");
  EXPECT_EQ(Why(Timeline(v1::TASK_STATE_COMPLETED)), "");
  v1::GetTimelineResponse clocked = routed;
  clocked.mutable_tasks(0)->mutable_next()->set_at_unix_ms(absl::ToUnixMillis(kNow));
  EXPECT_EQ(Why(clocked), "");
  EXPECT_EQ(Why(clocked, true, kNow + absl::Minutes(1)), "its time passed unnoticed");
}

TEST(WhyStuck, CareHasNoDeadlineWhereSomebodyGivesIt) {
  v1::GetTimelineResponse care = Timeline(v1::TASK_STATE_IN_PROGRESS);
  EXPECT_NE(Why(care), "");
  care.mutable_tasks(0)->mutable_status()->mutable_recipient()->set_agency("shelter-000");
  EXPECT_EQ(Why(care), "");
}

TEST(WhyStuck, ANoOfThePersonWaitsForTheReferralsTime) {
  v1::GetTimelineResponse blocked = Timeline(v1::TASK_STATE_BLOCKED_CONSENT);
  EXPECT_NE(Why(blocked), "");
  blocked.mutable_tasks(0)->mutable_status()->add_consent_rules(7);
  EXPECT_EQ(Why(blocked), "");
  EXPECT_NE(Why(blocked, false, kNow + absl::Hours(2)), "");
}

TEST(IsOver, OnlyWithItsDeliveries) {
  v1::GetTimelineResponse timeline = Timeline(v1::TASK_STATE_REVOKED);
  EXPECT_TRUE(IsOver(timeline));
  EXPECT_FALSE(IsOver(Timeline(v1::TASK_STATE_ROUTED)));
  v1::DeliveryStatus& copy = *timeline.mutable_tasks(0)->mutable_status()->add_deliveries();
  copy.set_state(v1::DELIVERY_STATE_RECALL_SENT);
  EXPECT_FALSE(IsOver(timeline));
  copy.set_state(v1::DELIVERY_STATE_RECALL_CONFIRMED);
  EXPECT_TRUE(IsOver(timeline));
}

TEST(LiveJudge, BlamesWhatIsStuckAtSoManyLooksInARow) {
  LiveJudge judge;
  for (int look = 1; look < LiveJudge::kLooks; ++look) {
    judge.See(Key('a'), Timeline(v1::TASK_STATE_ROUTED), {}, kNow);
  }
  EXPECT_TRUE(judge.Suspects());
  EXPECT_EQ(judge.stuck(), 0u);
  // In between somebody had it.
  judge.See(Key('a'), Timeline(v1::TASK_STATE_ROUTED), {{Key('a'), 0}}, kNow);
  EXPECT_FALSE(judge.Suspects());
  for (int look = 1; look <= LiveJudge::kLooks; ++look) {
    EXPECT_EQ(judge.stuck(), 0u);
    judge.See(Key('a'), Timeline(v1::TASK_STATE_ROUTED), {}, kNow);
  }
  EXPECT_EQ(judge.stuck(), 1u);
  EXPECT_FALSE(judge.Suspects());
}

TEST(WhyStuck, AHandoverThatStandsStillIsTheCoordinators) {
  v1::HandoverSummary handover;
  handover.set_state(v1::HANDOVER_STATE_AGREED);
  handover.set_changed_unix_ms(absl::ToUnixMillis(kNow));
  handover.mutable_window()->set_until_unix_ms(absl::ToUnixMillis(kNow + absl::Seconds(3)));
  EXPECT_EQ(WhyStuck(handover, false, kNow + absl::Seconds(7)), "");
  EXPECT_NE(WhyStuck(handover, false, kNow + absl::Seconds(9)), "");
  EXPECT_EQ(WhyStuck(handover, true, kNow + absl::Seconds(9)), "");
  handover.set_state(v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  EXPECT_EQ(WhyStuck(handover, false, kNow + absl::Seconds(9)), "");
}

Address Unit(const std::string& text) { return *ParseAddress(text, "unit"); }

TEST(LiveJudge, BlamesWhereNobodyIsResponsibleOrWhoHasNotSigned) {
  LiveJudge judge;
  v1::GetTimelineResponse timeline = Timeline(v1::TASK_STATE_COMPLETED);
  judge.See(Key('a'), timeline, {}, kNow);
  judge.CompareCustody(Key('a'), Unit("police/desk"), {});
  timeline.mutable_responsible()->set_agency("haven");
  timeline.mutable_responsible()->set_unit("intake");
  judge.See(Key('a'), timeline, {}, kNow);
  judge.CompareCustody(Key('a'), Unit("haven/intake"), {Unit("haven/intake")});
  EXPECT_EQ(judge.without_responsible(), 0u);
  judge.Lost(Key('c'));
  EXPECT_EQ(judge.without_responsible(), 1u);
  // At a look it was somebody who had signed nothing.
  judge.CompareCustody(Key('a'), Unit("police/desk"), {});
  EXPECT_EQ(judge.without_responsible(), 2u);
  judge.CompareCustody(Key('b'), Unit("police/desk"), {Unit("haven/intake")});
  EXPECT_EQ(judge.without_responsible(), 3u);
  timeline.clear_responsible();
  judge.See(Key('d'), timeline, {}, kNow);
  EXPECT_EQ(judge.without_responsible(), 4u);
}

sdk::EventView Event(v1::EventKind kind, char referral, uint32_t epoch) {
  sdk::EventView event;
  event.kind = kind;
  event.referral = Key(referral);
  event.task = 0;
  event.offer_epoch = epoch;
  return event;
}

TEST(LiveJudge, BlamesEveryNoticeThatIsMissingOrOfSomethingElse) {
  const std::map<uint64_t, sdk::EventView> log = {{3, Event(v1::EVENT_KIND_TASK_ROUTED, 'a', 1)},
                                                  {5, Event(v1::EVENT_KIND_TASK_RECEIVED, 'a', 1)},
                                                  {6, Event(v1::EVENT_KIND_TASK_ROUTED, 'b', 1)},
                                                  {9, Event(v1::EVENT_KIND_TASK_SEEN, 'a', 1)}};
  const auto uninformed = [&](const std::vector<std::pair<uint64_t, v1::EventKind>>& told,
                              uint64_t until) {
    LiveJudge judge;
    std::vector<sdk::NoticeItem> inbox;
    inbox.reserve(told.size());
    for (const auto& [index, kind] : told) inbox.push_back({index, Event(kind, 'a', 1)});
    judge.CompareNotices(log, inbox, until);
    return judge.uninformed();
  };
  const auto routed = std::pair(uint64_t{3}, v1::EVENT_KIND_TASK_ROUTED);
  const auto received = std::pair(uint64_t{5}, v1::EVENT_KIND_TASK_RECEIVED);
  const auto other = std::pair(uint64_t{6}, v1::EVENT_KIND_TASK_ROUTED);
  EXPECT_EQ(uninformed({routed, received, other}, 9), 0u);
  EXPECT_EQ(uninformed({routed, received, other}, 10), 1u);
  EXPECT_EQ(uninformed({routed, other}, 9), 1u);
  EXPECT_EQ(uninformed({routed, {5, v1::EVENT_KIND_TASK_SEEN}, other}, 9), 1u);
  EXPECT_EQ(uninformed({}, 9), 2u);
}

TEST(LiveJudge, BlamesAStateThatIsNotTheLogsLastWord) {
  std::map<uint64_t, sdk::EventView> log = {{3, Event(v1::EVENT_KIND_TASK_ROUTED, 'a', 1)},
                                            {4, Event(v1::EVENT_KIND_TASK_REMINDED, 'a', 1)}};
  const v1::TaskStatus routed = Timeline(v1::TASK_STATE_ROUTED).tasks(0).status();
  LiveJudge judge;
  judge.CompareState(Key('a'), routed, log);
  EXPECT_EQ(judge.uninformed(), 0u);
  judge.CompareState(Key('b'), routed, log);
  EXPECT_EQ(judge.uninformed(), 1u);
  log.emplace(8, Event(v1::EVENT_KIND_TASK_ROUTED, 'a', 2));
  judge.CompareState(Key('a'), routed, log);
  EXPECT_EQ(judge.uninformed(), 2u);
}

}  // namespace
}  // namespace amana::sim
