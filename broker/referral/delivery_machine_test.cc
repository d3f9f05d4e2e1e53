#include "broker/referral/delivery_machine.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "broker/referral/machine_table_test.h"
#include "gtest/gtest.h"

namespace amana::referral {
namespace {

using State = v1::DeliveryState;

std::set<v1::Reason> Admitted(const std::string& text) {
  const std::vector<v1::Reason> all = AllReasons();
  std::set<v1::Reason> reasons(all.begin(), all.end());
  if (text.empty() || text == "legal basis") return reasons;
  if (text == "reason") {
    reasons.erase(v1::REASON_UNSPECIFIED);
    return reasons;
  }
  if (text == "block code") return BlockCodes();
  if (text == "native error class") {
    std::erase_if(reasons, [](v1::Reason reason) {
      return !codes::CodeName(reason).starts_with("NATIVE_") && reason != v1::REASON_OPEN_FAILED;
    });
    return reasons;
  }
  return NamedReasons(text);
}

std::vector<State> AllStates() {
  std::vector<State> states;
  for (int i = 0; i <= v1::DeliveryState_MAX; ++i) states.push_back(static_cast<State>(i));
  return states;
}

DeliveryGuard Guard(bool disclosed) {
  return {.disclosed = disclosed,
          .native_error = v1::REASON_NATIVE_TIMEOUT,
          .sections_present = true,
          .legal_basis = v1::LEGAL_BASIS_LEGAL_DUTY};
}

// The guard column says "not disclosed" or ends with "; disclosed" where the flag matters.
bool GuardAdmits(const std::string& text, bool disclosed) {
  if (text.find("not disclosed") != std::string::npos) return !disclosed;
  if (text.ends_with("; disclosed")) return disclosed;
  return true;
}

std::string Expected(const CsvTable<State>& table, State from, State to, Actor actor,
                     const std::map<std::string, std::set<v1::Reason>>& admitted, v1::Reason reason,
                     bool disclosed) {
  const auto row = table.find({from, to});
  if (row == table.end()) return "TRANSITION_NOT_ALLOWED";
  if (!row->second.actors.contains(actor)) return "ACTOR_NOT_ALLOWED";
  if (!GuardAdmits(row->second.guard, disclosed)) return "GUARD_NOT_MET";
  return admitted.at(row->second.reason).contains(reason) ? "" : "REASON_REQUIRED";
}

TEST(DeliveryMachineTest, IsTheTableRowForRow) {
  ASSERT_FALSE(tests::DomainTables("delivery_transitions.csv").empty());
  for (const auto& csv : tests::DomainTables("delivery_transitions.csv")) {
    const CsvTable<State> table = ParseTable<State>(csv);
    EXPECT_EQ(table.size(), DeliveryTable().size()) << csv.origin;
    std::map<std::string, std::set<v1::Reason>> admitted;
    for (const auto& [pair, row] : table) admitted[row.reason] = Admitted(row.reason);
    const std::vector<v1::Reason> reasons = AllReasons();
    for (const State from : AllStates()) {
      for (const State to : AllStates()) {
        for (int a = 0; a < kActorCount * 2; ++a) {
          const Actor actor = static_cast<Actor>(a / 2);
          const bool disclosed = a % 2 == 1;
          for (const v1::Reason reason : reasons) {
            ASSERT_EQ(
                ErrorReason(CheckDeliveryTransition(from, to, actor, reason, Guard(disclosed))),
                Expected(table, from, to, actor, admitted, reason, disclosed))
                << codes::CodeName(from) << " -> " << codes::CodeName(to) << " " << ActorName(actor)
                << " " << codes::CodeName(reason) << " disclosed=" << disclosed;
          }
        }
      }
    }
  }
}

TEST(DeliveryMachineTest, OnceDisclosedEveryWayBackIsARecall) {
  for (const State to :
       {v1::DELIVERY_STATE_WITHHELD, v1::DELIVERY_STATE_RECALLED, v1::DELIVERY_STATE_EXPIRED}) {
    const v1::Reason reason =
        to == v1::DELIVERY_STATE_EXPIRED ? v1::REASON_EXPIRED : v1::REASON_CONSENT_WITHDRAWN;
    EXPECT_EQ(ErrorReason(CheckDeliveryTransition(v1::DELIVERY_STATE_QUEUED, to, Actor::kBroker,
                                                  reason, {.disclosed = true})),
              "GUARD_NOT_MET");
    EXPECT_TRUE(CheckDeliveryTransition(v1::DELIVERY_STATE_QUEUED, to, Actor::kBroker, reason,
                                        {.disclosed = false})
                    .ok());
  }
  EXPECT_TRUE(CheckDeliveryTransition(v1::DELIVERY_STATE_QUEUED, v1::DELIVERY_STATE_RECALL_SENT,
                                      Actor::kBroker, v1::REASON_CONSENT_WITHDRAWN,
                                      {.disclosed = true})
                  .ok());
}

TEST(DeliveryMachineTest, TheFlagIsSticky) {
  EXPECT_TRUE(DisclosedAfter(false, v1::DELIVERY_STATE_LEASED));
  EXPECT_TRUE(DisclosedAfter(true, v1::DELIVERY_STATE_QUEUED));
  EXPECT_FALSE(DisclosedAfter(false, v1::DELIVERY_STATE_QUEUED));
}

TEST(DeliveryMachineTest, ARefusedDeliveryIsRetriedOnlyAfterATransientError) {
  const auto retry = [](v1::Reason error) {
    return ErrorReason(CheckDeliveryTransition(
        v1::DELIVERY_STATE_NATIVE_NACKED, v1::DELIVERY_STATE_RETRY_WAIT, Actor::kBroker,
        v1::REASON_UNSPECIFIED, {.disclosed = true, .native_error = error}));
  };
  EXPECT_EQ(retry(v1::REASON_NATIVE_UNAVAILABLE), "");
  EXPECT_EQ(retry(v1::REASON_NATIVE_SCHEMA), "GUARD_NOT_MET");
  EXPECT_EQ(retry(v1::REASON_UNSPECIFIED), "GUARD_NOT_MET");
}

TEST(DeliveryMachineTest, WithheldComesBackOnlyWithItsSections) {
  const auto requeue = [](bool present) {
    return ErrorReason(CheckDeliveryTransition(
        v1::DELIVERY_STATE_WITHHELD, v1::DELIVERY_STATE_QUEUED, Actor::kBroker,
        v1::REASON_UNSPECIFIED, {.sections_present = present}));
  };
  EXPECT_EQ(requeue(true), "");
  EXPECT_EQ(requeue(false), "GUARD_NOT_MET");
}

TEST(DeliveryMachineTest, KeepingWhatWasRecalledNeedsALegalBasis) {
  for (const State from : {v1::DELIVERY_STATE_RECALL_SENT, v1::DELIVERY_STATE_RECALL_UNANSWERED}) {
    const auto refuse = [from](v1::LegalBasis basis) {
      return ErrorReason(CheckDeliveryTransition(from, v1::DELIVERY_STATE_RECALL_REFUSED,
                                                 Actor::kRecipient, v1::REASON_UNSPECIFIED,
                                                 {.disclosed = true, .legal_basis = basis}));
    };
    EXPECT_EQ(refuse(v1::LEGAL_BASIS_COURT_ORDER), "");
    EXPECT_EQ(refuse(v1::LEGAL_BASIS_UNSPECIFIED), "REASON_REQUIRED");
    EXPECT_EQ(refuse(static_cast<v1::LegalBasis>(99)), "REASON_REQUIRED");
  }
}

TEST(DeliveryMachineTest, TerminalStates) {
  const std::set<State> terminal = {v1::DELIVERY_STATE_RECALLED, v1::DELIVERY_STATE_EXPIRED,
                                    v1::DELIVERY_STATE_ERASED, v1::DELIVERY_STATE_RECALL_CONFIRMED,
                                    v1::DELIVERY_STATE_RECALL_REFUSED};
  for (const State state : AllStates()) {
    EXPECT_EQ(IsTerminal(state), terminal.contains(state)) << codes::CodeName(state);
  }
  EXPECT_FALSE(IsTerminal(static_cast<State>(99)));
}

}  // namespace
}  // namespace amana::referral
