#include "broker/referral/handover_machine.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "broker/referral/machine_table_test.h"
#include "gtest/gtest.h"

namespace amana::referral {
namespace {

using State = v1::HandoverState;
using enum HandoverCondition;

// Everything that a guard may ask for.
HandoverGuard Whole() {
  return {.task = v1::TASK_STATE_ACCEPTED,
          .service = v1::SERVICE_TYPE_ACCOMMODATION,
          .place_named = true,
          .officer_named = true,
          .escort_named = true,
          .companion_named = true,
          .window_named = true,
          .minor = true,
          .window_passed = true,
          .code_matches = true,
          .both_signed = true,
          .exit = v1::EXIT_CODE_PERSON_LEFT};
}

// The table's words for each guard. Those that a reason code says are no guard of ours.
const std::map<std::string, HandoverCondition>& Conditions() {
  static const auto* const all = new std::map<std::string, HandoverCondition>{
      {"", kNone},
      {"task ACCEPTED; service ACCOMMODATION, REPATRIATION or CASE_TRANSFER", kTaskAccepted},
      {"place, window and receiving officer named", kNamed},
      {"escort named; minor: accompanying guardian/children officer named", kEscorted},
      {"one-time handover code shown by escort matches", kCodeMatches},
      {"window passed (grace configurable)", kWindowPassed},
      {"person declined / security / medical", kNone},
      {"new window", kNewWindow},
      {"both sign the same handover digest; until then RESPONSIBLE stays responsible", kBothSigned},
      {"cannot keep (medical, safety, wrong age/gender)", kNone},
      {"append-only correction, never reopened", kBothSigned},
      {"person left, died, or care ended; signed exit", kSignedExit}};
  return *all;
}

// The file with its '+' (both must) read as '|' (each may): that both must is the condition.
CsvTable<State> Parse(tests::DomainTable csv) {
  for (auto& row : csv.rows) {
    if (row["from"] == "NONE") row["from"] = "-";
    for (char& c : row["actor"]) c = c == '+' ? '|' : c;
  }
  return ParseTable<State>(csv);
}

std::set<v1::Reason> Admitted(const std::string& text) {
  const std::vector<v1::Reason> all = AllReasons();
  std::set<v1::Reason> reasons(all.begin(), all.end());
  if (text.empty() || text == "exit code") return reasons;
  if (text == "decline code") return ReasonsOfKind("DECLINE");
  if (text == "reason") {
    reasons.erase(v1::REASON_UNSPECIFIED);
    return reasons;
  }
  return NamedReasons(text);
}

std::vector<State> AllStates() {
  std::vector<State> states;
  for (int i = 0; i <= v1::HandoverState_MAX; ++i) states.push_back(static_cast<State>(i));
  return states;
}

// Every pair of states, every actor, every reason, with and without what the guard asks for.
TEST(HandoverMachineTest, IsTheTableRowForRow) {
  ASSERT_FALSE(tests::DomainTables("handover_transitions.csv").empty());
  for (const auto& csv : tests::DomainTables("handover_transitions.csv")) {
    const CsvTable<State> table = Parse(csv);
    EXPECT_EQ(table.size(), HandoverTable().size()) << csv.origin;
    size_t accepted = 0;
    const auto expected = [&table](State from, State to, Actor actor, v1::Reason reason,
                                   bool whole) -> std::string {
      const auto row = table.find({from, to});
      if (row == table.end()) return "TRANSITION_NOT_ALLOWED";
      if (!row->second.actors.contains(actor)) return "ACTOR_NOT_ALLOWED";
      if (!whole && Conditions().at(row->second.guard) != kNone) return "GUARD_NOT_MET";
      return Admitted(row->second.reason).contains(reason) ? "" : "REASON_REQUIRED";
    };
    for (const State from : AllStates()) {
      for (const State to : AllStates()) {
        for (int a = 0; a < kActorCount * 2; ++a) {
          const Actor actor = static_cast<Actor>(a / 2);
          const bool whole = a % 2 == 1;
          for (const v1::Reason reason : AllReasons()) {
            const std::string got = ErrorReason(CheckHandoverTransition(
                from, to, actor, reason, whole ? Whole() : HandoverGuard()));
            ASSERT_EQ(got, expected(from, to, actor, reason, whole))
                << codes::CodeName(from) << " -> " << codes::CodeName(to) << " " << ActorName(actor)
                << " " << codes::CodeName(reason) << " guard met: " << whole << " " << csv.origin;
            accepted += got.empty();
          }
        }
      }
    }
    EXPECT_GT(accepted, table.size());
  }
}

TEST(HandoverMachineTest, ConditionsAreTheGuardsRowForRow) {
  for (const auto& csv : tests::DomainTables("handover_transitions.csv")) {
    const CsvTable<State> table = Parse(csv);
    for (const HandoverRow& row : HandoverTable()) {
      const auto& text = table.at({row.from, row.to});
      ASSERT_TRUE(Conditions().contains(text.guard)) << text.guard;
      EXPECT_EQ(row.condition, Conditions().at(text.guard)) << text.guard;
    }
    // Where the file says that both must sign, and nowhere else.
    for (const auto& row : csv.rows) {
      const HandoverRow* ours =
          FindHandoverRow(row.at("from") == "NONE" ? State() : ParseState<State>(row.at("from")),
                          ParseState<State>(row.at("to")));
      ASSERT_NE(ours, nullptr);
      EXPECT_EQ(ours->condition == kBothSigned, row.at("actor").find('+') != std::string::npos);
    }
  }
}

// One fact less than a guard asks for, and it is not met.
TEST(HandoverMachineTest, EachFactOfAGuardCounts) {
  const struct {
    State from, to;
    Actor actor;
    v1::Reason reason;
    std::function<void(HandoverGuard&)> take;
  } cases[] = {
      {State(), v1::HANDOVER_STATE_OFFERED, Actor::kResponsible, v1::REASON_UNSPECIFIED,
       [](auto& g) { g.task = v1::TASK_STATE_SEEN; }},
      {State(), v1::HANDOVER_STATE_OFFERED, Actor::kResponsible, v1::REASON_UNSPECIFIED,
       [](auto& g) { g.task = v1::TASK_STATE_IN_PROGRESS; }},
      {State(), v1::HANDOVER_STATE_OFFERED, Actor::kResponsible, v1::REASON_UNSPECIFIED,
       [](auto& g) { g.service = v1::SERVICE_TYPE_MEDICAL; }},
      {v1::HANDOVER_STATE_OFFERED, v1::HANDOVER_STATE_AGREED, Actor::kRecipient,
       v1::REASON_UNSPECIFIED, [](auto& g) { g.place_named = false; }},
      {v1::HANDOVER_STATE_OFFERED, v1::HANDOVER_STATE_AGREED, Actor::kRecipient,
       v1::REASON_UNSPECIFIED, [](auto& g) { g.window_named = false; }},
      {v1::HANDOVER_STATE_OFFERED, v1::HANDOVER_STATE_AGREED, Actor::kRecipient,
       v1::REASON_UNSPECIFIED, [](auto& g) { g.officer_named = false; }},
      {v1::HANDOVER_STATE_AGREED, v1::HANDOVER_STATE_IN_TRANSIT, Actor::kResponsible,
       v1::REASON_UNSPECIFIED, [](auto& g) { g.escort_named = false; }},
      {v1::HANDOVER_STATE_AGREED, v1::HANDOVER_STATE_IN_TRANSIT, Actor::kResponsible,
       v1::REASON_UNSPECIFIED, [](auto& g) { g.companion_named = false; }},
      {v1::HANDOVER_STATE_NO_SHOW, v1::HANDOVER_STATE_IN_TRANSIT, Actor::kResponsible,
       v1::REASON_UNSPECIFIED, [](auto& g) { g.window_named = false; }},
      {v1::HANDOVER_STATE_NO_SHOW, v1::HANDOVER_STATE_IN_TRANSIT, Actor::kResponsible,
       v1::REASON_UNSPECIFIED, [](auto& g) { g.companion_named = false; }},
      {v1::HANDOVER_STATE_IN_TRANSIT, v1::HANDOVER_STATE_ARRIVED, Actor::kRecipient,
       v1::REASON_UNSPECIFIED, [](auto& g) { g.code_matches = false; }},
      {v1::HANDOVER_STATE_IN_TRANSIT, v1::HANDOVER_STATE_NO_SHOW, Actor::kRecipient,
       v1::REASON_NO_SHOW, [](auto& g) { g.window_passed = false; }},
      {v1::HANDOVER_STATE_ARRIVED, v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, Actor::kRecipient,
       v1::REASON_UNSPECIFIED, [](auto& g) { g.both_signed = false; }},
      {v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, v1::HANDOVER_STATE_CORRECTED, Actor::kResponsible,
       v1::REASON_OTHER, [](auto& g) { g.both_signed = false; }},
      {v1::HANDOVER_STATE_CUSTODY_TRANSFERRED, v1::HANDOVER_STATE_ENDED, Actor::kRecipient,
       v1::REASON_UNSPECIFIED, [](auto& g) { g.exit = static_cast<v1::ExitCode>(99); }},
  };
  for (const auto& each : cases) {
    const auto check = [&each](const HandoverGuard& guard) {
      return ErrorReason(
          CheckHandoverTransition(each.from, each.to, each.actor, each.reason, guard));
    };
    HandoverGuard guard = Whole();
    EXPECT_EQ(check(guard), "") << codes::CodeName(each.to);
    each.take(guard);
    EXPECT_EQ(check(guard), "GUARD_NOT_MET") << codes::CodeName(each.to);
  }
}

TEST(HandoverMachineTest, AnAdultNeedsNoCompanion) {
  HandoverGuard guard = Whole();
  guard.companion_named = false;
  guard.minor = false;
  EXPECT_TRUE(CheckHandoverTransition(v1::HANDOVER_STATE_AGREED, v1::HANDOVER_STATE_IN_TRANSIT,
                                      Actor::kResponsible, v1::REASON_UNSPECIFIED, guard)
                  .ok());
}

// What ends an attempt, as domain/README.md lists it; another may be offered then, and after a
// transfer, for the next agency.
TEST(HandoverMachineTest, UnderWayUntilItEndsOrMoves) {
  const std::set<State> under_way = {v1::HANDOVER_STATE_OFFERED, v1::HANDOVER_STATE_AGREED,
                                     v1::HANDOVER_STATE_IN_TRANSIT, v1::HANDOVER_STATE_ARRIVED,
                                     v1::HANDOVER_STATE_NO_SHOW};
  for (const State state : AllStates()) {
    EXPECT_EQ(IsUnderWay(state), under_way.contains(state)) << codes::CodeName(state);
    const bool leads_on = std::ranges::any_of(
        HandoverTable(), [state](const HandoverRow& row) { return row.from == state; });
    EXPECT_EQ(leads_on, under_way.contains(state) || state == State() ||
                            state == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED);
  }
  EXPECT_FALSE(IsUnderWay(static_cast<State>(99)));
}

TEST(HandoverMachineTest, ErrorsNameStatesActorAndWhatIsMissing) {
  const absl::Status guard =
      CheckHandoverTransition(v1::HANDOVER_STATE_IN_TRANSIT, v1::HANDOVER_STATE_ARRIVED,
                              Actor::kRecipient, v1::REASON_UNSPECIFIED, HandoverGuard());
  EXPECT_EQ(guard.message(),
            "IN_TRANSIT -> ARRIVED needs: the one-time code that the escort shows");
  const absl::Status reason =
      CheckHandoverTransition(v1::HANDOVER_STATE_ARRIVED, v1::HANDOVER_STATE_RETURNED,
                              Actor::kRecipient, v1::REASON_SUPERSEDED, HandoverGuard());
  EXPECT_EQ(ErrorField(reason), "reason");
  EXPECT_EQ(reason.message(), "ARRIVED -> RETURNED needs a DECLINE code");
  const absl::Status pair =
      CheckHandoverTransition(v1::HANDOVER_STATE_CORRECTED, v1::HANDOVER_STATE_ENDED,
                              Actor::kRecipient, v1::REASON_UNSPECIFIED, Whole());
  EXPECT_EQ(pair.message(), "handover: no transition CORRECTED -> ENDED");
}

}  // namespace
}  // namespace amana::referral
