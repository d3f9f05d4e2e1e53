// The cost of pending timers: see --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tests/bench/many_timers.h"

namespace amana::tests {
namespace {

constexpr double kMostMib = 64;
constexpr char kHelp[] =
    R"(Starts a broker on an empty store and leaves it alone; then fills the store, through its own
interface, with referrals of which one task each waits for its recipient (its clock, its expiry and
its next decision are timers), starts the broker again and leaves it alone. Nobody is connected.

  resident_above_empty_mib   resident memory then, above what it was with the empty store; at most 64
  cpu_percent                of one core, then, while it is idle; at most --most-cpu-percent
  next_due_us                to find the earliest of all timers in the filled store (median)
  start_s                    from the start of the program until it listens

Exit 1 when one of the two bounds is exceeded.)";

absl::StatusOr<nlohmann::ordered_json> Measure(const ManyTimersOptions& options) {
  BrokerWorld world;
  // This one is given its directory as well: a change of it has everything open decided again.
  AMANA_ASSIGN_OR_RETURN(const IdleFigures empty, MeasureIdle(world, options));
  AMANA_ASSIGN_OR_RETURN(const FilledStore filled, FillWithTimers(world, options.timers));
  AMANA_ASSIGN_OR_RETURN(const IdleFigures full, MeasureIdle(world, options));
  return nlohmann::ordered_json{
      {"timers", options.timers},
      {"resident_above_empty_mib", full.resident_mib - empty.resident_mib},
      {"cpu_percent", full.cpu_percent},
      {"empty_resident_mib", empty.resident_mib},
      {"empty_cpu_percent", empty.cpu_percent},
      {"resident_mib", full.resident_mib},
      {"window_s", absl::ToDoubleSeconds(options.window)},
      {"next_due_us", filled.next_due_us},
      {"start_s", full.start_s},
      {"empty_start_s", empty.start_s},
      {"store_mib", filled.mib},
      {"fill_s", filled.seconds}};
}

int Main(int argc, char** argv) {
  ManyTimersOptions options;
  double settle = 10;
  double window = 30;
  double most_percent = 0.5;
  bool json = false;
  CLI::App app(kHelp, "timers");
  app.add_option("--timers", options.timers, "Tasks")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--settle", settle, "Seconds after a start before it is measured")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 600.0));
  app.add_option("--window", window, "Seconds measured")
      ->capture_default_str()
      ->check(CLI::Range(0.5, 600.0));
  app.add_option("--most-cpu-percent", most_percent, "Allowed; a short window is a rough measure")
      ->capture_default_str();
  app.add_flag("--json", json, "Print one line of JSON");
  CLI11_PARSE(app, argc, argv);
  options.settle = absl::Seconds(settle);
  options.window = absl::Seconds(window);
  const absl::StatusOr<nlohmann::ordered_json> report = Measure(options);
  if (!report.ok()) {
    std::fprintf(stderr, "%s\n", report.status().ToString().c_str());
    return 1;
  }
  if (json) {
    std::puts(report->dump().c_str());
  } else {
    for (const auto& [key, value] : report->items()) {
      std::printf("%-26s %s\n", key.c_str(), value.dump().c_str());
    }
  }
  const bool good = report->at("resident_above_empty_mib").get<double>() <= kMostMib &&
                    report->at("cpu_percent").get<double>() <= most_percent;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace amana::tests

int main(int argc, char** argv) { return amana::tests::Main(argc, argv); }
