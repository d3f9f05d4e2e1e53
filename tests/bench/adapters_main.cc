// How fast each adapter is beside its native server's own limit: see --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/status.h"
#include "tests/bench/adapters_cpu.h"
#include "tests/bench/adapters_meter.h"

namespace amana::tests {
namespace {

constexpr double kLeastRatio = 0.5;
constexpr char kHelp[] =
    R"(Starts the native server of each agency on this machine (OpenSSH, postfix and dovecot, PostgreSQL,
HTTPS and HTTP servers that sync every record to disk before they answer) and measures in turn, in
short slices: a plain client that leaves the same durable records with the least work; the agency's
adapter (Deliver, an item a call, announced in batches of 32 as the runtime does); and the runtime's journal and native writer around it. Then the
other way: Poll and both Settles of each item, beside a plain client that leaves the same.

  native_per_s, adapter_per_s      items a second, median of the slices
  ratio                            of the two, median of the rounds; at least 0.5
  adapter_cpu_us_per_item          processor time of the adapter
  native_cpu_us_per_item           of the server, while the adapter writes
  native_client_cpu_us_per_item    of the plain client
  runtime_per_s                    with the journal around the adapter
  dominates                        where most of an item's time goes: server, adapter, waiting
  fsyncs_per_s                     of this machine's disk now, 2 KiB each: what most of it waits for
  read_...                         the same of Poll and Settle; null where the native side pushes

Exit 1 when a ratio of writing or reading is below its bound.)";

struct Agency {
  const char* name;
  absl::StatusOr<std::unique_ptr<AdapterSide>> (*open)();
};
constexpr Agency kAgencies[] = {{"police", OpenPoliceSide},
                                {"immigration", OpenImmigrationSide},
                                {"foreign-affairs", OpenAffairsSide},
                                {"iom", OpenIomSide},
                                {"shelter", OpenShelterSide}};

nlohmann::ordered_json ToJson(const SideFigures& figures) {
  nlohmann::ordered_json json = {{"server", figures.server},
                                 {"native_per_s", figures.plain.per_s},
                                 {"adapter_per_s", figures.adapter.per_s},
                                 {"ratio", figures.ratio},
                                 {"adapter_cpu_us_per_item", figures.adapter.client_us},
                                 {"native_cpu_us_per_item", figures.adapter.server_us},
                                 {"native_client_cpu_us_per_item", figures.plain.client_us},
                                 {"runtime_per_s", figures.runtime.per_s},
                                 {"dominates", Dominates(figures.adapter)}};
  const auto read = [&](const char* key, double value) {
    json[key] = figures.reads ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
  };
  read("read_native_per_s", figures.plain_read.per_s);
  read("read_adapter_per_s", figures.adapter_read.per_s);
  read("read_ratio", figures.read_ratio);
  read("read_adapter_cpu_us_per_item", figures.adapter_read.client_us);
  read("read_native_cpu_us_per_item", figures.adapter_read.server_us);
  return json;
}

struct Arguments {
  std::string agency;
  MeterOptions meter;
  bool json = false;
  bool bars = true;
};

absl::StatusOr<bool> Run(const Arguments& arguments) {
  std::vector<std::unique_ptr<AdapterSide>> sides;
  for (const Agency& agency : kAgencies) {
    if (!arguments.agency.empty() && arguments.agency != agency.name) continue;
    AMANA_ASSIGN_OR_RETURN(std::unique_ptr<AdapterSide> side, agency.open());
    sides.push_back(std::move(side));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<SideFigures> figures,
                         MeasureSides(sides, arguments.meter));
  nlohmann::ordered_json report = {{"agencies", nlohmann::ordered_json::object()}};
  bool good = true;
  for (const SideFigures& each : figures) {
    report["agencies"][each.name] = ToJson(each);
    good = good && each.ratio >= kLeastRatio && (!each.reads || each.read_ratio >= kLeastRatio);
  }
  report["fsyncs_per_s"] = FsyncsPerSecond();
  report["seconds"] = absl::ToDoubleSeconds(arguments.meter.seconds);
  report["rounds"] = arguments.meter.rounds;
  report["least_ratio"] = kLeastRatio;
  report["good"] = good;
  if (arguments.json) {
    std::puts(report.dump().c_str());
  } else {
    std::puts(report.dump(2).c_str());
  }
  return good || !arguments.bars;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  double seconds = 5;
  bool no_bars = false;
  CLI::App app(kHelp, "adapters");
  app.add_option("--agency", arguments.agency, "One of them: police, immigration, ...")
      ->check(CLI::IsMember({"police", "immigration", "foreign-affairs", "iom", "shelter"}));
  app.add_option("--seconds", seconds, "Of writing, for each client of each agency")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 600.0));
  app.add_option("--rounds", arguments.meter.rounds, "Slices that they are cut into")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app.add_option("--read-items", arguments.meter.read_items, "Items in a slice of reading")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app.add_option("--batch", arguments.meter.batch, "Items announced at a time")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app.add_flag("--no-bars", no_bars, "Judge nothing");
  app.add_flag("--json", arguments.json, "Print one line of JSON");
  CLI11_PARSE(app, argc, argv);
  arguments.meter.seconds = absl::Seconds(seconds);
  arguments.bars = !no_bars;
  const absl::StatusOr<bool> good = Run(arguments);
  if (good.ok()) return *good ? 0 : 1;
  std::fprintf(stderr, "%s\n", good.status().ToString().c_str());
  return 1;
}

}  // namespace
}  // namespace amana::tests

int main(int argc, char** argv) { return amana::tests::Main(argc, argv); }
