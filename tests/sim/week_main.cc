// A simulated week: see --help.
#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/sim/week.h"

namespace amana::sim {
namespace {

constexpr char kHelp[] =
    R"(Simulates a week of referrals to shelters, on a fake clock, through the broker's operations and
its embedded store: some decline, some keep silent, are full or cannot be reached, consents expire
and are withdrawn, people do not come, and a coordinator works through the queue. All people are
SYNTHETIC. At every simulated hour, and when the last ladder has been climbed:

  without_responsible   persons who had no responsible agency, or another than both signed for
  stuck                 tasks and handovers that nobody had, or whose time passed unnoticed; at the
                        end those that are not over, and deliveries that were never answered
  uninformed            referrals whose sender's notices did not say what the store held, and gaps,
                        wrong proofs and forks of that stream

Exit 1 unless all three are 0.)";

std::string Short(const std::string& name, const char* prefix) {
  return name.starts_with(prefix) ? name.substr(std::string(prefix).size()) : name;
}

nlohmann::ordered_json Acceptance(const Tally& tally) {
  nlohmann::ordered_json out;
  for (const auto& [urgency, times] : tally.TimesToAcceptance()) {
    out[Short(v1::Urgency_Name(urgency), "URGENCY_")] = {{"accepted", times.size()},
                                                         {"p50_h", HoursAt(times, 0.5)},
                                                         {"p90_h", HoursAt(times, 0.9)},
                                                         {"p99_h", HoursAt(times, 0.99)},
                                                         {"max_h", HoursAt(times, 1)}};
  }
  return out;
}

nlohmann::ordered_json ToJson(const WeekOptions& options, Week& week, double seconds) {
  nlohmann::ordered_json ends;
  for (const auto& [state, count] : week.Ends()) {
    ends[Short(v1::TaskState_Name(state), "TASK_STATE_")] = count;
  }
  return {{"seed", options.seed},
          {"providers", options.providers},
          {"referrals", week.town().cases.size()},
          {"persons", week.persons()},
          {"without_responsible", week.judge().without_responsible()},
          {"stuck", week.judge().stuck()},
          {"uninformed", week.judge().uninformed()},
          {"time_to_acceptance", Acceptance(week.tally())},
          {"unroutable_for_want_of", week.tally().missing()},
          {"blocked_because", week.tally().blocked()},
          {"declined_because", week.tally().declines()},
          {"queued_because", week.tally().queued()},
          {"ended", std::move(ends)},
          {"coordinator",
           {{"named", week.coordinator().named()}, {"closed", week.coordinator().closed()}}},
          {"consents_withdrawn", week.sender().withdrawn()},
          {"notices", week.told().notices()},
          {"events", week.tally().kinds()},
          {"hours_judged", week.judge().hours()},
          {"days", week.days()},
          {"seconds", seconds}};
}

void Print(const nlohmann::ordered_json& report, const std::string& indent = "") {
  for (const auto& [key, value] : report.items()) {
    if (value.is_object()) {
      std::printf("%s%s\n", indent.c_str(), key.c_str());
      Print(value, indent + "  ");
    } else {
      std::printf("%s%-*s %s\n", indent.c_str(), 30 - static_cast<int>(indent.size()), key.c_str(),
                  value.dump().c_str());
    }
  }
}

int Main(int argc, char** argv) {
  WeekOptions options;
  bool json = false;
  CLI::App app(kHelp, "week");
  app.add_option("--seed", options.seed, "What happens")->capture_default_str();
  app.add_option("--referrals", options.referrals)
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  app.add_option("--providers", options.providers)
      ->capture_default_str()
      ->check(CLI::Range(1, 999));
  app.add_flag("--json", json, "Print one line of JSON");
  CLI11_PARSE(app, argc, argv);
  const auto begin = std::chrono::steady_clock::now();
  Week week(options);
  week.Run();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const nlohmann::ordered_json report = ToJson(options, week, took.count());
  if (json) {
    std::puts(report.dump().c_str());
  } else {
    Print(report);
  }
  const Judge& judge = week.judge();
  const bool good = judge.without_responsible() + judge.stuck() + judge.uninformed() == 0;
  // What was expected of the world, along the way.
  const bool expected = !::testing::UnitTest::GetInstance()->ad_hoc_test_result().Failed();
  return good && expected ? 0 : 1;
}

}  // namespace
}  // namespace amana::sim

int main(int argc, char** argv) { return amana::sim::Main(argc, argv); }
