#include "broker/referral/escalation.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "broker/referral/machine_table_test.h"
#include "broker/referral/task_machine.h"
#include "gtest/gtest.h"

namespace amana::referral {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1900000000);

// "PT1H", "PT36H", "P2D", as the table writes them.
absl::Duration ParseIso(std::string_view text) {
  const bool days = text.back() == 'D';
  const std::string number(text.substr(days ? 1 : 2, text.size() - (days ? 2 : 3)));
  return absl::Hours(std::stoi(number) * (days ? 24 : 1));
}

std::string Text(const std::optional<Rung>& rung) {
  if (!rung.has_value()) return "none";
  return std::string(codes::CodeName(rung->clock)) + " " +
         std::string(codes::CodeName(rung->level)) + " +" +
         absl::FormatDuration(rung->at - kStart) + (rung->reroute ? " reroute" : "");
}

// Every rung from the state's beginning on, as time alone takes them.
std::vector<std::string> Climb(ClockFacts facts) {
  std::vector<std::string> rungs;
  while (const std::optional<Rung> rung = NextRung(facts)) {
    rungs.push_back(Text(rung));
    if (rung->clock == v1::CLOCK_CALL) {
      facts.call_owed = false;
    } else {
      facts.reached = rung->level;
    }
    if (rungs.size() > 10) break;
  }
  return rungs;
}

struct Expected {
  v1::TaskState state;
  std::string clock;
  std::string window;  // column of urgency_sla.csv; "" for none
  bool reroute;
};

const std::vector<Expected>& Ladder() {
  static const auto& rows = *new std::vector<Expected>{
      {v1::TASK_STATE_ROUTED, "ACKNOWLEDGE", "ack_within", true},
      {v1::TASK_STATE_RECEIVED, "ACKNOWLEDGE", "ack_within", true},
      {v1::TASK_STATE_SEEN, "DECIDE", "decide_within", true},
      {v1::TASK_STATE_INFO_REQUESTED, "ANSWER", "decide_within", false},
      {v1::TASK_STATE_ACCEPTED, "START", "start_service_within", false},
      {v1::TASK_STATE_NEEDS_WRAP, "WRAP", "ack_within", false},
      {v1::TASK_STATE_BLOCKED_CONSENT, "CONSENT", "decide_within", false},
  };
  return rows;
}

// Row for row of the SLA table, state for state: when it reminds, reroutes or queues, and alerts.
TEST(Escalation, ClimbsTheTablesWindows) {
  for (const tests::DomainTable& table : tests::DomainTables("urgency_sla.csv")) {
    ASSERT_EQ(table.rows.size(), 4u) << table.origin;
    for (const auto& row : table.rows) {
      const auto urgency = codes::ParseCode<v1::Urgency>(row.at("code"));
      ASSERT_TRUE(urgency.has_value());
      for (const Expected& expected : Ladder()) {
        ClockFacts facts{.state = expected.state, .since = kStart, .offered = kStart};
        facts.windows = codes::SlaOf(*urgency).value();
        const absl::Duration window = ParseIso(row.at(expected.window));
        const auto at = [&](std::string_view level, absl::Duration after) {
          return expected.clock + " " + std::string(level) + " +" + absl::FormatDuration(after);
        };
        EXPECT_EQ(Climb(facts), (std::vector<std::string>{at("REMINDED", window / 2),
                                                          at("COORDINATOR", window) +
                                                              (expected.reroute ? " reroute" : ""),
                                                          at("ALERTED", window * 1.5)}))
            << row.at("code") << " " << codes::CodeName(expected.state);
      }
    }
  }
}

TEST(Escalation, WhatNobodyServesIsTheCoordinatorsAtOnce) {
  for (const v1::TaskState state : {v1::TASK_STATE_UNROUTABLE, v1::TASK_STATE_REJECTED,
                                    v1::TASK_STATE_FAILED, v1::TASK_STATE_EXPIRED}) {
    ClockFacts facts{.state = state, .since = kStart, .offered = kStart};
    facts.windows = codes::SlaOf(v1::URGENCY_EMERGENCY).value();
    EXPECT_EQ(Climb(facts),
              (std::vector<std::string>{"UNSERVED COORDINATOR +0", "UNSERVED ALERTED +3h"}))
        << codes::CodeName(state);
  }
}

TEST(Escalation, NothingRunsWhereNothingIsOwed) {
  std::set<v1::TaskState> running = {v1::TASK_STATE_UNROUTABLE, v1::TASK_STATE_REJECTED,
                                     v1::TASK_STATE_FAILED, v1::TASK_STATE_EXPIRED};
  for (const Expected& row : Ladder()) running.insert(row.state);
  for (int number = 0; number <= v1::TaskState_MAX; ++number) {
    const auto state = static_cast<v1::TaskState>(number);
    if (running.contains(state)) continue;
    EXPECT_EQ(Climb({.state = state, .since = kStart, .offered = kStart, .call_owed = true}),
              std::vector<std::string>())
        << codes::CodeName(state);
  }
}

// No state can be left for ever by silence: it has a clock, it is over, or a service goes on.
TEST(Escalation, EveryStateThatWaitsForSomebodyHasAClock) {
  for (int number = 1; number <= v1::TaskState_MAX; ++number) {
    const auto state = static_cast<v1::TaskState>(number);
    const bool rests = state == v1::TASK_STATE_IN_PROGRESS || state == v1::TASK_STATE_SUBMITTED ||
                       (IsTerminal(state) && state != v1::TASK_STATE_EXPIRED);
    EXPECT_EQ(ClockOf(state) == v1::CLOCK_UNSPECIFIED, rests) << codes::CodeName(state);
  }
}

TEST(Escalation, AnImmediateOfferNeedsACallWithinAQuarter) {
  ClockFacts facts{
      .state = v1::TASK_STATE_ROUTED, .since = kStart, .offered = kStart, .call_owed = true};
  facts.windows = codes::SlaOf(v1::URGENCY_IMMEDIATE).value();
  EXPECT_EQ(Climb(facts),
            (std::vector<std::string>{"CALL ALERTED +15m", "ACKNOWLEDGE REMINDED +30m",
                                      "ACKNOWLEDGE COORDINATOR +1h reroute",
                                      "ACKNOWLEDGE ALERTED +1h30m"}));
  // The call counts from the offer even where the decision's clock was held up by a question.
  facts.state = v1::TASK_STATE_SEEN;
  facts.since = kStart + absl::Hours(1);
  EXPECT_EQ(Text(NextRung(facts)), "CALL ALERTED +15m");
  facts.state = v1::TASK_STATE_ACCEPTED;
  EXPECT_EQ(NextRung(facts)->clock, v1::CLOCK_START);
  EXPECT_TRUE(OwesCall(v1::TASK_STATE_RECEIVED, v1::URGENCY_IMMEDIATE));
  EXPECT_FALSE(OwesCall(v1::TASK_STATE_RECEIVED, v1::URGENCY_EMERGENCY));
  EXPECT_FALSE(OwesCall(v1::TASK_STATE_UNROUTABLE, v1::URGENCY_IMMEDIATE));
}

TEST(Escalation, AUnitsOwnWindowsAreExactToTheMillisecond) {
  ClockFacts facts{.state = v1::TASK_STATE_ROUTED, .since = kStart, .offered = kStart};
  facts.windows = {absl::Milliseconds(3001), absl::Seconds(5), absl::Seconds(7)};
  EXPECT_EQ(NextRung(facts)->at, kStart + absl::Milliseconds(1500.5));
  facts.reached = v1::ESCALATION_LEVEL_REMINDED;
  EXPECT_EQ(NextRung(facts)->at, kStart + absl::Milliseconds(3001));
}

// Every decline code is one or the other, by the table.
TEST(Escalation, TheBrokerAsksNobodyAfterADeclineThatIsAboutThePerson) {
  const std::set<v1::Reason> waits = {v1::REASON_DUPLICATE,         v1::REASON_PERSON_NOT_FOUND,
                                      v1::REASON_IDENTITY_MISMATCH, v1::REASON_NOT_APPLICABLE,
                                      v1::REASON_ALREADY_SERVED,    v1::REASON_DECLINED_BY_SURVIVOR,
                                      v1::REASON_DEPORTATION_ORDER};
  for (const v1::Reason reason : ReasonsOfKind("DECLINE")) {
    EXPECT_EQ(AsksNext(reason), !waits.contains(reason)) << codes::CodeName(reason);
  }
  EXPECT_FALSE(AsksNext(v1::REASON_UNSPECIFIED));
}

TEST(Escalation, AReasonInTheQueueForEveryClock) {
  std::set<v1::QueueReason> seen;
  for (int number = 1; number <= v1::TaskState_MAX; ++number) {
    const auto state = static_cast<v1::TaskState>(number);
    const v1::Clock clock = ClockOf(state);
    if (clock == v1::CLOCK_UNSPECIFIED) continue;
    seen.insert(QueueReasonOf(clock, state));
    EXPECT_NE(DebtorOf(clock), Debtor::kNobody);
    EXPECT_NE(MissedReason(clock), v1::REASON_UNSPECIFIED);
  }
  seen.insert(QueueReasonOf(v1::CLOCK_CALL, v1::TASK_STATE_ROUTED));
  EXPECT_EQ(seen.size(), 11u);
  EXPECT_EQ(DebtorOf(v1::CLOCK_UNSPECIFIED), Debtor::kNobody);
}

}  // namespace
}  // namespace amana::referral
