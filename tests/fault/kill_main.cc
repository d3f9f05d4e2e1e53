// Kills the broker, again and again, at moments drawn from a seed, and looks whether anything that
// was promised is gone: see --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "absl/time/clock.h"
#include "tests/fault/kill_lifetime.h"
#include "tests/fault/kill_receiver.h"

namespace amana::tests {
namespace {

constexpr size_t kTold = 20;  // findings of one lifetime

struct Flags {
  int runs = 3;
  int runs_per_lifetime = 20;
  uint64_t seed = 0;
  bool json = false;
  bool keep = false;
  std::string receiver;
  DieAt die;
  int die_after = 0;
};

void Add(const KillResult& from, KillResult& to) {
  to.acknowledged += from.acknowledged;
  to.delivered += from.delivered;
  to.lost += from.lost;
  to.doubled += from.doubled;
  to.log_inconsistent += from.log_inconsistent;
  to.unexpected += from.unexpected;
  to.under_load += from.under_load;
  to.starting += from.starting;
  to.stopping += from.stopping;
  to.receivers += from.receivers;
}

bool Good(const KillResult& result) {
  return result.lost + result.doubled + result.log_inconsistent + result.unexpected == 0;
}

absl::Status RunLifetime(KillLifetime& lifetime, int runs) {
  if (const absl::Status opened = lifetime.Open(); !opened.ok()) return opened;
  for (int i = 0; i < runs; ++i) {
    if (const absl::Status run = lifetime.Run(); !run.ok()) return run;
  }
  return lifetime.Close();
}

void Print(const Flags& flags, const KillResult& total, absl::Duration took) {
  const nlohmann::ordered_json json = {{"runs", flags.runs},
                                       {"seed", flags.seed},
                                       {"acknowledged", total.acknowledged},
                                       {"delivered", total.delivered},
                                       {"lost", total.lost},
                                       {"doubled", total.doubled},
                                       {"log_inconsistent", total.log_inconsistent},
                                       {"unexpected", total.unexpected},
                                       {"killed_under_load", total.under_load},
                                       {"killed_starting", total.starting},
                                       {"killed_stopping", total.stopping},
                                       {"killed_receivers", total.receivers},
                                       {"seconds", absl::ToDoubleSeconds(took)}};
  if (flags.json) {
    std::puts(json.dump().c_str());
    return;
  }
  for (const auto& [key, value] : json.items()) {
    std::printf("%-18s %s\n", key.c_str(), value.dump().c_str());
  }
}

int RunAll(const Flags& flags) {
  const absl::Time began = absl::Now();
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  std::mt19937_64 seeds(flags.seed);
  KillResult total;
  for (int done = 0; done < flags.runs;) {
    const int runs = std::min(flags.runs_per_lifetime, flags.runs - done);
    KillLifetime lifetime(program, seeds());
    const absl::Status status = RunLifetime(lifetime, runs);
    KillResult result = lifetime.result();
    if (!status.ok()) {
      ++result.unexpected;
      result.findings.push_back(status.ToString());
    }
    for (size_t i = 0; i < std::min(result.findings.size(), kTold); ++i) {
      std::fprintf(stderr, "%s\n", result.findings[i].c_str());
    }
    if (flags.keep && !Good(result)) {
      std::fprintf(stderr, "kept: %s\n", lifetime.KeepFolder().c_str());
    }
    Add(result, total);
    done += runs;
  }
  Print(flags, total, absl::Now() - began);
  return Good(total) ? 0 : 1;
}

int Main(int argc, char** argv) {
  Flags flags;
  flags.seed = std::random_device{}();
  CLI::App app(
      "Runs the broker under load, kills it with SIGKILL at random moments (under load, while it "
      "starts, while it stops; receivers too), and checks that nothing acknowledged is lost, "
      "nothing happens twice and the log is one. Exit 1 when it is not so.",
      "kill");
  app.add_option("--runs", flags.runs, "Kills and recoveries")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  app.add_option("--seed", flags.seed, "Of every random choice; default: a random one");
  app.add_flag("--json", flags.json, "Print one line of JSON");
  app.add_option("--runs-per-lifetime", flags.runs_per_lifetime, "Runs before a new data folder")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app.add_flag("--keep", flags.keep, "Keep the folder of what failed");
  app.add_option("--receiver", flags.receiver, "Be a receiver: its agency.toml");
  app.add_option("--die-before", flags.die.call, "A receiver's end: before this acknowledgement");
  app.add_option("--die-after", flags.die_after, "Or after it was answered");
  CLI11_PARSE(app, argc, argv);
  if (flags.receiver.empty()) return RunAll(flags);
  if (flags.die_after > 0) flags.die = {flags.die_after, true};
  const absl::Status status = RunReceiver(flags.receiver, flags.die);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace amana::tests

int main(int argc, char** argv) { return amana::tests::Main(argc, argv); }
