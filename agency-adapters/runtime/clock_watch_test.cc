#include "agency-adapters/runtime/clock_watch.h"

#include "agency-adapters/runtime/endpoint_for_test.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/rpcs.h"

namespace amana::runtime {
namespace {

using testing::Machine;
using testing::NativeCase;

std::string ReasonOf(Machine& m, const std::string& line) {
  const auto report = m.runtime().Check();
  AMANA_EXPECT_OK(report);
  for (const HealthLine& found : report->lines) {
    if (found.name == line) return found.ok ? "" : found.reason;
  }
  return "no such line";
}

TEST(ClockWatchTest, OnlyWhatWasSetIsSeen) {
  FakeClock clock(envelope::SampleTime());
  testing::FakeSteady steady(clock);
  ClockWatch watch(clock, steady);
  clock.Advance(absl::Hours(30));
  EXPECT_EQ(watch.Look(), absl::ZeroDuration());
  steady.SetClock(absl::Seconds(40));
  EXPECT_EQ(watch.Look(), absl::ZeroDuration());
  steady.SetClock(absl::Seconds(40));
  EXPECT_EQ(watch.Look(), absl::Seconds(80)) << "together they are more than a minute";
  EXPECT_EQ(watch.Trouble(), "");
  steady.SetClock(-absl::Hours(2));
  EXPECT_EQ(watch.Look(), -absl::Hours(2));
  EXPECT_EQ(watch.Look(), absl::ZeroDuration());
  EXPECT_EQ(watch.Trouble(), "CLOCK_WENT_BACK");
  steady.SetClock(absl::Hours(4));
  EXPECT_EQ(watch.Trouble(), "CLOCK_JUMPED");
  steady.SetClock(-absl::Hours(2));
  EXPECT_EQ(watch.Trouble(), "") << "it was set right again";
}

// An agency whose one item cannot be sealed yet: the broker, which knows the recipient, is away.
class ClockSetTest : public ::testing::Test {
 protected:
  ClockSetTest() {
    m_.config().cases.recipients.at(v1::SERVICE_TYPE_BASIC_NEEDS) =
        envelope::SampleRecipient("shelter-b/intake").address;
    m_.broker.answers[std::string(sdk::kGetDirectoryEntry.method)] = [](const std::string&) {
      return sdk::CallFailed(absl::StatusCode::kUnavailable, "away");
    };
    m_.side.ready = {NativeCase("OB/1")};
    m_.Start();
    m_.Settle();
  }
  ItemRow Row() { return (*m_.runtime().items().Find("OB/1")).value(); }

  Machine m_{sdk::testing::PoliceIdentity};
};

TEST_F(ClockSetTest, FourteenDaysAheadEndNothingThatHasNotWaitedSoLong) {
  ASSERT_EQ(Row().attempts, 1U);
  m_.steady.SetClock(absl::Hours(15 * 24));
  m_.Settle();
  EXPECT_EQ(Row().state, RowState::kIntended);
  EXPECT_EQ(ReasonOf(m_, "clock"), "CLOCK_JUMPED");
  // And what has waited so long is over all the same.
  m_.clock.Advance(absl::Hours(13 * 24));
  m_.Settle();
  EXPECT_EQ(Row().state, RowState::kIntended);
  m_.clock.Advance(absl::Hours(2 * 24));
  m_.Settle();
  EXPECT_EQ(Row().state, RowState::kDead);
  EXPECT_EQ(m_.side.settled.at("OB/1").reason, "DEADLINE_PASSED");
}

TEST_F(ClockSetTest, AnHourBackIsNoPauseOfAnHour) {
  m_.steady.SetClock(-absl::Hours(2));
  m_.Settle();
  EXPECT_EQ(ReasonOf(m_, "clock"), "CLOCK_WENT_BACK");
  m_.clock.Advance(absl::Minutes(1));
  m_.Settle();
  EXPECT_EQ(Row().attempts, 2U);
}

TEST_F(ClockSetTest, WhatAClockThatWasAheadHasNotedIsBroughtIn) {
  m_.End();
  {
    auto journal = Journal::Open(m_.journal());
    AMANA_ASSERT_OK(journal);
    AMANA_ASSERT_OK(MoveWaiting(**journal, absl::Hours(20 * 365 * 24)));
  }
  m_.Start();
  EXPECT_LE(Row().deadline, m_.clock.Now() + m_.config().retry.deadline);
  m_.clock.Advance(m_.config().retry.longest);
  m_.Settle();
  EXPECT_EQ(Row().attempts, 2U);
}

TEST_F(ClockSetTest, ANativeSideThatHangsIsSeen) {
  EXPECT_EQ(ReasonOf(m_, "native.turn"), "");
  m_.clock.Advance(absl::Minutes(3));
  EXPECT_EQ(ReasonOf(m_, "native.turn"), "NATIVE_TURN_STALE");
  m_.steady.SetClock(absl::Hours(8));
  m_.Settle();
  EXPECT_EQ(ReasonOf(m_, "native.turn"), "") << "by no clock that can be set";
}

// Deliveries wait in a table of their own.
TEST(ClockSetDeliveries, MoveWithTheClock) {
  const TempDir dir;
  auto journal = Journal::Open(dir.File("journal"));
  AMANA_ASSERT_OK(journal);
  DeliveryJournal deliveries(**journal, {});
  const absl::Time now = envelope::SampleTime();
  AMANA_ASSERT_OK(deliveries.Intend({{{.key = "a"}}}, "inbox", 1, now));
  AMANA_ASSERT_OK(MoveWaiting(**journal, absl::Hours(5)));
  EXPECT_EQ(deliveries.Get(1)->deadline, now + RetryPolicy().deadline + absl::Hours(5));
  EXPECT_TRUE(deliveries.Due(now, 1)->empty());
  EXPECT_EQ(deliveries.Due(now + absl::Hours(5), 1)->size(), 1U);
  AMANA_ASSERT_OK(WaitWithin(**journal, {}, now));
  EXPECT_EQ(deliveries.Get(1)->deadline, now + RetryPolicy().deadline);
  EXPECT_EQ(deliveries.Due(now + RetryPolicy().longest, 1)->size(), 1U);
}

}  // namespace
}  // namespace amana::runtime
