// What both machine tests read from the domain tables: states, actors and acceptable reasons of a
// row, taken from the csv text alone.
#ifndef AMANA_BROKER_REFERRAL_MACHINE_TABLE_TEST_H_
#define AMANA_BROKER_REFERRAL_MACHINE_TABLE_TEST_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/referral/actor.h"
#include "gtest/gtest.h"
#include "proto/codes/names.h"
#include "tests/support/domain_table.h"

namespace amana::referral {

struct CsvRow {
  std::set<Actor> actors;
  std::string guard;
  std::string reason;
};

template <typename State>
using CsvTable = std::map<std::pair<State, State>, CsvRow>;

inline std::optional<Actor> ParseActor(const std::string& name) {
  for (int i = 0; i < kActorCount; ++i) {
    if (ActorName(static_cast<Actor>(i)) == name) return static_cast<Actor>(i);
  }
  return std::nullopt;
}

template <typename State>
State ParseState(const std::string& name) {
  if (name == "-") return static_cast<State>(0);
  const std::optional<State> state = codes::ParseCode<State>(name);
  EXPECT_TRUE(state.has_value()) << name;
  return state.value_or(static_cast<State>(0));
}

template <typename State>
CsvTable<State> ParseTable(const tests::DomainTable& table) {
  CsvTable<State> parsed;
  for (const auto& row : table.rows) {
    CsvRow& to = parsed[{ParseState<State>(row.at("from")), ParseState<State>(row.at("to"))}];
    for (const std::string& name : tests::SplitList(row.at("actor"), '|')) {
      const std::optional<Actor> actor = ParseActor(name);
      EXPECT_TRUE(actor.has_value()) << name;
      if (actor.has_value()) to.actors.insert(*actor);
    }
    to.guard = row.at("guard");
    to.reason = row.at("reason_required");
  }
  EXPECT_EQ(parsed.size(), table.rows.size()) << "two rows for one pair in " << table.origin;
  return parsed;
}

// Every known reason, and none.
inline std::vector<v1::Reason> AllReasons() {
  std::vector<v1::Reason> all;
  for (int number = 0; number <= v1::Reason_MAX; ++number) {
    if (v1::Reason_IsValid(number)) all.push_back(static_cast<v1::Reason>(number));
  }
  return all;
}

// Codes of one kind in reason_codes.csv.
inline std::set<v1::Reason> ReasonsOfKind(const std::string& kind) {
  std::set<v1::Reason> reasons;
  const tests::DomainTable table = tests::DomainTables("reason_codes.csv").at(0);
  for (const auto& row : table.rows) {
    if (row.at("kind") == kind)
      reasons.insert(codes::ParseCode<v1::Reason>(row.at("code")).value());
  }
  return reasons;
}

inline std::set<v1::Reason> BlockCodes() {
  std::set<v1::Reason> reasons;
  const tests::DomainTable table = tests::DomainTables("consent_decisions.csv").at(0);
  for (const auto& row : table.rows) {
    const std::string& code = row.at("code");
    if (code.empty() || code == "OVERRIDE_VITAL" || code == "OVERRIDE_LEGAL") continue;
    reasons.insert(codes::ParseCode<v1::Reason>(code).value());
  }
  return reasons;
}

inline std::set<v1::Reason> NamedReasons(const std::string& text) {
  std::set<v1::Reason> reasons;
  for (const std::string& name : tests::SplitList(text, '|')) {
    const auto reason = codes::ParseCode<v1::Reason>(name);
    EXPECT_TRUE(reason.has_value()) << name;
    if (reason.has_value()) reasons.insert(*reason);
  }
  return reasons;
}

}  // namespace amana::referral

#endif  // AMANA_BROKER_REFERRAL_MACHINE_TABLE_TEST_H_
