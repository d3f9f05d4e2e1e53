#include "broker/referral/task_machine.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "broker/referral/machine_table_test.h"
#include "gtest/gtest.h"

namespace amana::referral {
namespace {

using State = v1::TaskState;

// The reasons a row's text admits.
std::set<v1::Reason> Admitted(const std::string& text) {
  if (text.empty()) {
    const std::vector<v1::Reason> all = AllReasons();
    return {all.begin(), all.end()};
  }
  if (text == "block code") return BlockCodes();
  if (text == "reason") return ReasonsOfKind("CANCEL");
  if (text == "decline code") return ReasonsOfKind("DECLINE");
  if (text == "outcome code") return ReasonsOfKind("OUTCOME");
  if (text == "fail code") {
    return {v1::REASON_UNMET, v1::REASON_PERSON_LEFT, v1::REASON_PERSON_DECLINED,
            v1::REASON_DECEASED};
  }
  return NamedReasons(text);
}

std::vector<State> AllStates() {
  std::vector<State> states;
  for (int i = 0; i <= v1::TaskState_MAX; ++i) states.push_back(static_cast<State>(i));
  return states;
}

std::string Expected(const CsvTable<State>& table, State from, State to, Actor actor,
                     const std::map<std::string, std::set<v1::Reason>>& admitted,
                     v1::Reason reason) {
  const auto row = table.find({from, to});
  if (row == table.end()) return "TRANSITION_NOT_ALLOWED";
  if (!row->second.actors.contains(actor)) return "ACTOR_NOT_ALLOWED";
  return admitted.at(row->second.reason).contains(reason) ? "" : "REASON_REQUIRED";
}

// Every pair of states, every actor, every reason: what the table has is accepted, nothing else.
TEST(TaskMachineTest, IsTheTableRowForRow) {
  ASSERT_FALSE(tests::DomainTables("task_transitions.csv").empty());
  for (const auto& csv : tests::DomainTables("task_transitions.csv")) {
    const CsvTable<State> table = ParseTable<State>(csv);
    EXPECT_EQ(table.size(), TaskTable().size()) << csv.origin;
    std::map<std::string, std::set<v1::Reason>> admitted;
    for (const auto& [pair, row] : table) admitted[row.reason] = Admitted(row.reason);
    const std::vector<v1::Reason> reasons = AllReasons();
    size_t accepted = 0;
    for (const State from : AllStates()) {
      for (const State to : AllStates()) {
        for (int a = 0; a < kActorCount; ++a) {
          const Actor actor = static_cast<Actor>(a);
          for (const v1::Reason reason : reasons) {
            const std::string got = ErrorReason(CheckTaskTransition(from, to, actor, reason));
            ASSERT_EQ(got, Expected(table, from, to, actor, admitted, reason))
                << codes::CodeName(from) << " -> " << codes::CodeName(to) << " " << ActorName(actor)
                << " " << codes::CodeName(reason) << " " << csv.origin;
            accepted += got.empty();
          }
        }
      }
    }
    EXPECT_GT(accepted, table.size());
  }
}

TEST(TaskMachineTest, DisclosureDecidesBetweenBlockingAndRevoking) {
  const auto check = [](State to, Actor actor, std::optional<bool> disclosed) {
    return ErrorReason(CheckTaskTransition(v1::TASK_STATE_ROUTED, to, actor,
                                           v1::REASON_CONSENT_WITHDRAWN, disclosed));
  };
  EXPECT_EQ(check(v1::TASK_STATE_BLOCKED_CONSENT, Actor::kBroker, false), "");
  EXPECT_EQ(check(v1::TASK_STATE_BLOCKED_CONSENT, Actor::kBroker, true), "GUARD_NOT_MET");
  EXPECT_EQ(check(v1::TASK_STATE_REVOKED, Actor::kConsentHolder, true), "");
  EXPECT_EQ(check(v1::TASK_STATE_REVOKED, Actor::kConsentHolder, false), "GUARD_NOT_MET");
  EXPECT_EQ(check(v1::TASK_STATE_REVOKED, Actor::kConsentHolder, std::nullopt), "");
  EXPECT_EQ(
      ErrorReason(CheckTaskTransition(v1::TASK_STATE_SUBMITTED, v1::TASK_STATE_ENTERED_IN_ERROR,
                                      Actor::kSender, v1::REASON_SENT_IN_ERROR, true)),
      "GUARD_NOT_MET");
}

TEST(TaskMachineTest, UnknownStatesAreRefused) {
  const State unknown = static_cast<State>(99);
  EXPECT_EQ(ErrorReason(CheckTaskTransition(unknown, v1::TASK_STATE_ROUTED, Actor::kBroker,
                                            v1::REASON_UNSPECIFIED)),
            "TRANSITION_NOT_ALLOWED");
  EXPECT_FALSE(IsTerminal(unknown));
  EXPECT_FALSE(IsTerminal(v1::TASK_STATE_UNSPECIFIED));
}

TEST(TaskMachineTest, ErrorsNameStatesActorAndWhatIsMissing) {
  const absl::Status status =
      CheckTaskTransition(v1::TASK_STATE_ROUTED, v1::TASK_STATE_BLOCKED_CONSENT, Actor::kBroker,
                          v1::REASON_UNSPECIFIED);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorField(status), "reason");
  EXPECT_EQ(status.message(),
            "ROUTED -> BLOCKED_CONSENT needs CONSENT_WITHDRAWN or CONSENT_EXPIRED");
  const absl::Status actor = CheckTaskTransition(v1::TASK_STATE_SEEN, v1::TASK_STATE_ACCEPTED,
                                                 Actor::kBroker, v1::REASON_UNSPECIFIED);
  EXPECT_EQ(actor.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(actor.message(), "SEEN -> ACCEPTED is not for BROKER");
}

TEST(TaskMachineTest, TerminalStates) {
  const std::set<State> terminal = {v1::TASK_STATE_COMPLETED, v1::TASK_STATE_CANCELLED,
                                    v1::TASK_STATE_REVOKED,   v1::TASK_STATE_REROUTED,
                                    v1::TASK_STATE_EXPIRED,   v1::TASK_STATE_ENTERED_IN_ERROR};
  for (const State state : AllStates()) {
    EXPECT_EQ(IsTerminal(state), terminal.contains(state)) << codes::CodeName(state);
  }
}

TEST(TaskMachineTest, ReferralStateIsDerivedFromItsTasks) {
  const auto derive = [](std::vector<State> tasks) { return DeriveReferralState(tasks); };
  EXPECT_EQ(derive({}), v1::REFERRAL_STATE_UNSPECIFIED);
  EXPECT_EQ(derive({v1::TASK_STATE_ROUTED}), v1::REFERRAL_STATE_OPEN);
  EXPECT_EQ(derive({v1::TASK_STATE_COMPLETED, v1::TASK_STATE_CANCELLED}),
            v1::REFERRAL_STATE_CLOSED);
  EXPECT_EQ(derive({v1::TASK_STATE_COMPLETED, v1::TASK_STATE_SEEN}), v1::REFERRAL_STATE_OPEN);
  for (const State waiting :
       {v1::TASK_STATE_UNROUTABLE, v1::TASK_STATE_BLOCKED_CONSENT, v1::TASK_STATE_NEEDS_WRAP}) {
    EXPECT_EQ(derive({v1::TASK_STATE_SEEN, waiting}), v1::REFERRAL_STATE_ATTENTION);
    EXPECT_EQ(derive({v1::TASK_STATE_COMPLETED, waiting}), v1::REFERRAL_STATE_ATTENTION);
  }
  EXPECT_EQ(derive({v1::TASK_STATE_COMPLETED, static_cast<State>(99)}), v1::REFERRAL_STATE_OPEN);
}

}  // namespace
}  // namespace amana::referral
