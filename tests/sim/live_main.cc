// A live world: see --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tests/sim/live_roles.h"
#include "tests/sim/live_run.h"
#include "tests/sim/tally.h"

namespace amana::sim {
namespace {

constexpr char kHelp[] =
    R"(Lives for some seconds: the real broker in a drill in which an hour takes a second, shelters,
the police and a coordinator as programs of their own, over mutual TLS and the public client
library. Shelters accept and serve, decline, ask, are full, keep silent, or answer late on a poor
link; people are brought, and some do not come; consents are withdrawn; a program of shelters and the broker are killed (SIGKILL) and start
again; a coordinator works through the queue. All people are SYNTHETIC. Nobody new comes in the
last two fifths of the time; then it goes on until all is over, or --drain has passed. At every
look, twice a second, by what the broker tells its callers, and at the end by its log as well:

  without_responsible   referrals whose person no agency was responsible for, or another than the
                        signatures say, or that were acknowledged and are not there
  stuck                 referrals with a task that nobody has (no clock, no coordinator, nobody who
                        gives care), or whose time passed unnoticed, or with a handover that
                        stands still and nobody has, at three looks in a row
  uninformed            referrals of which the sender's inbox lacks an event that the log has, or
                        whose state is not what the log says

Exit 1 unless all three are 0, the log verifies, nothing happened twice, custody is what the log
says, and no program met what it does not expect.)";

using Json = nlohmann::ordered_json;

std::string Short(const std::string& name, std::string_view prefix) {
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

Json Acceptance(const Tally& tally) {
  Json out = Json::object();
  const auto seconds = [](const std::vector<absl::Duration>& times, double part) {
    return absl::ToDoubleSeconds(TimeAt(times, part));
  };
  for (const auto& [urgency, times] : tally.TimesToAcceptance()) {
    out[Short(v1::Urgency_Name(urgency), "URGENCY_")] = {{"accepted", times.size()},
                                                         {"p50_s", seconds(times, 0.5)},
                                                         {"p90_s", seconds(times, 0.9)},
                                                         {"max_s", seconds(times, 1)}};
  }
  return out;
}

size_t Accepted(const Tally& tally) {
  size_t accepted = 0;
  for (const auto& [urgency, times] : tally.TimesToAcceptance()) accepted += times.size();
  return accepted;
}

// What was said and begins like this, by the rest.
Json Said(const LiveRun& run, std::string_view prefix) {
  Json out = Json::object();
  for (const auto& [what, times] : run.said()) {
    if (what.starts_with(prefix)) out[Short(what, prefix)] = times;
  }
  return out;
}

uint64_t Count(const std::map<std::string, uint64_t>& counts, const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

Json ToJson(const LiveOptions& options, const LiveRun& run, double seconds) {
  const LiveWatch& watch = run.watch();
  const Tally& tally = watch.tally();
  Json ends = Json::object();
  for (const auto& [state, count] : watch.ends()) ends[Short(state, "TASK_STATE_")] = count;
  return {{"seed", options.seed},
          {"seconds", options.seconds},
          {"providers", options.providers},
          {"referrals", watch.referrals()},
          {"without_responsible", watch.judge().without_responsible()},
          {"stuck", watch.judge().stuck()},
          {"uninformed", watch.judge().uninformed()},
          {"accepted", Accepted(tally)},
          {"answers", Said(run, "shelter ")},
          {"sent", Said(run, "police ")},
          {"escalations",
           {{"REMINDED", Count(tally.kinds(), "TASK_REMINDED")},
            {"REROUTED", Count(tally.kinds(), "TASK_REROUTED")},
            {"ESCALATED", Count(tally.kinds(), "TASK_ESCALATED")},
            {"ALERTED", Count(tally.kinds(), "TASK_ALERTED")}}},
          {"time_to_acceptance", Acceptance(tally)},
          {"unroutable_for_want_of", tally.missing()},
          {"blocked_because", tally.blocked()},
          {"declined_because", tally.declines()},
          {"queued_because", tally.queued()},
          {"ended", std::move(ends)},
          {"open_at_end", watch.open()},
          {"queued_at_end", watch.queued()},
          {"handovers",
           {{"OFFERED", Count(tally.kinds(), "HANDOVER_OFFERED")},
            {"TRANSFERRED", watch.transferred()},
            {"NO_SHOW", Count(tally.kinds(), "HANDOVER_NO_SHOW")},
            {"DECLINED", Count(tally.kinds(), "HANDOVER_DECLINED")},
            {"RETURNED", Count(tally.kinds(), "HANDOVER_RETURNED")},
            {"OVERDUE", Count(tally.kinds(), "HANDOVER_OVERDUE")}}},
          {"coordinator", Said(run, "coordinator ")},
          {"consents_withdrawn", Count(run.said(), "withdrawn")},
          {"brokers_killed", run.brokers_killed()},
          {"programs_killed", run.providers_killed()},
          {"notices", watch.notices()},
          {"notice_lag", Said(run, "lag_")},
          {"doubled", watch.doubled().size()},
          {"custody", run.custody()},
          {"looks", watch.looks()},
          {"took_seconds", seconds}};
}

int Live(const LiveOptions& options, bool json) {
  const auto begin = std::chrono::steady_clock::now();
  LiveRun run(std::filesystem::read_symlink("/proc/self/exe").string(), options);
  if (const absl::Status status = run.Go(); !status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  for (const std::string& twice : run.watch().doubled()) {
    std::fprintf(stderr, "twice: %s\n", twice.c_str());
  }
  const Json report = ToJson(options, run, took.count());
  std::puts(json ? report.dump().c_str() : report.dump(2).c_str());
  const LiveJudge& judge = run.watch().judge();
  const bool good = judge.without_responsible() + judge.stuck() + judge.uninformed() == 0;
  return good && run.watch().referrals() > 0 && run.watch().doubled().empty() && run.custody_good()
             ? 0
             : 1;
}

int Main(int argc, char** argv) {
  LiveOptions options;
  RoleOptions role;
  bool json = false;
  CLI::App app(kHelp, "live");
  app.add_option("--seconds", options.seconds)->capture_default_str()->check(CLI::Range(4, 3600));
  app.add_option("--seed", options.seed, "What people do")->capture_default_str();
  app.add_option("--providers", options.providers)
      ->capture_default_str()
      ->check(CLI::Range(6, 999));
  app.add_option("--per-second", options.per_second, "Referrals")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 1000.0));
  app.add_option("--drain", options.drain, "Seconds, at most")
      ->capture_default_str()
      ->check(CLI::Range(0, 3600));
  app.add_flag("--json", json, "Print one line of JSON");
  app.add_flag("--keep", options.keep, "Keep the folder");
  app.add_flag("--deaf", options.deaf,
               "A control: the police stop following their notices, and must be found uninformed");
  app.add_option("--role", role.role)->group("");
  app.add_option("--number", role.number)->group("");
  app.add_option("--world", role.world)->group("");
  CLI11_PARSE(app, argc, argv);
  if (role.role.empty()) return Live(options, json);
  const absl::Status status = PlayRole(role, options);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace amana::sim

int main(int argc, char** argv) { return amana::sim::Main(argc, argv); }
