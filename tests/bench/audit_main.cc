// What a long log costs: see --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "absl/time/clock.h"
#include "base/status.h"
#include "tests/bench/audit_broker.h"
#include "tests/bench/audit_meter.h"

namespace amana::tests {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kHelp[] =
    R"(Builds one log of SYNTHETIC events, as a broker's store and as an auditor's mirror, and measures
at 10 000, 100 000, ... events what has become of it. Top-level keys are of the longest; `rows` has all.

  append_per_s               events a second into the store since the row before: leaves, tree,
                             signed checkpoint and one fsync for each 256
  proof_p50_ms, _p99_ms      inclusion proofs of entries anywhere, out of the store
  query_first_page_*_ms      the first 100 events in the mirror's book, by the filter that takes
                             longest; `queries` has every filter; each passes about 1 % of events
  broker_first_page_*_ms     the same out of the broker's store, as QueryEvents finds them, by each
                             filter that it has (`broker_queries`)
  verify_events_per_s        entries a second: tree and tiles recomputed, to the signed root
  checks_events_per_s        events a second: all twelve checks together
  openings_per_s             openings a second: read, rebuilt and hashed to their leaves
  signatures_ratio           statements a second of the check SIGNATURES, against bare verification
                             on all cores in the same run
  bytes_per_event            in the broker's store; mirror_bytes_per_event: files and book
  rss_mib                    of this process, which is both, at its highest
  ..._cpu_..., _per_cpu_s    the same of processor time: what others do on the machine is not in it
  others_cpu_percent         how much of the machine others had meanwhile

Nothing is judged but with --judge: exit 1 when proof_p99 >= 1 ms, a first page's p99 >= 20 ms (mirror or broker),
verify < 1 000 000/s, openings < 100 000/s, signatures < 0.8 or memory > 256 MiB.)";

struct Options {
  uint64_t events = 10'000'000;
  std::string folder;
  int samples = 400;
  bool json = false, judge = false, broker = false;
};

void Put(Json& row, const std::string& name, const Rate& rate) {
  row[name + "_per_s"] = rate.per_s;
  row[name + "_per_cpu_s"] = rate.per_cpu_s;
}
void Put(Json& row, const std::string& name, const Percentiles& took) {
  row[name + "p50_ms"] = took.p50_ms;
  row[name + "p99_ms"] = took.p99_ms;
  row[name + "cpu_p50_ms"] = took.cpu_p50_ms;
  row[name + "cpu_p99_ms"] = took.cpu_p99_ms;
}

void PutQueries(const std::string& whose, const std::string& all,
                const std::map<std::string, Percentiles>& queries, Json& row) {
  Percentiles worst;
  Json by_filter;
  for (const auto& [name, took] : queries) {
    worst = {std::max(worst.p50_ms, took.p50_ms), std::max(worst.p99_ms, took.p99_ms),
             std::max(worst.cpu_p50_ms, took.cpu_p50_ms),
             std::max(worst.cpu_p99_ms, took.cpu_p99_ms)};
    Put(by_filter[name], "", took);
  }
  Put(row, whose, worst);
  row[all] = std::move(by_filter);
}

// A long run tells where it is.
void Tell(const Json& row) {
  std::fprintf(stderr, "%s %s\n",
               absl::FormatTime("%H:%M:%S", absl::Now(), absl::UTCTimeZone()).c_str(),
               row.dump().c_str());
}

absl::StatusOr<Json> MeasureRow(SyntheticLog& log, uint64_t size, const Options& o) {
  const double added = static_cast<double>(size - log.size());
  OthersPercent();
  Json row = {{"events", size}};
  const Stopwatch append;
  AMANA_RETURN_IF_ERROR(log.GrowTo(size));
  Put(row, "append", append.Of(added));
  Tell(row);
  AMANA_ASSIGN_OR_RETURN(const auto broker, MeasureBrokerQueries(log, o.samples, true));
  PutQueries("broker_first_page_", "broker_queries", broker, row);
  if (o.broker) {
    AMANA_ASSIGN_OR_RETURN(const auto scans, MeasureBrokerQueries(log, o.samples / 20, false));
    PutQueries("broker_first_page_unindexed_", "broker_queries_unindexed", scans, row);
    row["bytes_per_event"] = log.StoreBytes() / static_cast<double>(size);
    return row;
  }
  const Stopwatch mirror;
  AMANA_RETURN_IF_ERROR(log.Mirror());
  Put(row, "mirror", mirror.Of(added));
  Tell(row);
  AMANA_ASSIGN_OR_RETURN(const Percentiles proofs, MeasureProofs(log, o.samples));
  Put(row, "proof_", proofs);
  AMANA_ASSIGN_OR_RETURN(const auto queries, MeasureQueries(log, o.samples));
  PutQueries("query_first_page_", "queries", queries, row);
  AMANA_ASSIGN_OR_RETURN(const Rate replay, MeasureReplay(log));
  Put(row, "verify_events", replay);
  AMANA_ASSIGN_OR_RETURN(const Rate openings, MeasureOpenings(log, 400'000));
  Put(row, "openings", openings);
  Tell(row);
  AMANA_ASSIGN_OR_RETURN(const Rate checks, MeasureChecks(log));
  Put(row, "checks_events", checks);
  const double all = static_cast<double>(size);
  row["bytes_per_event"] = log.StoreBytes() / all;
  row["mirror_bytes_per_event"] = log.MirrorBytes() / all;
  row["rss_mib"] = PeakResidentMib();
  row["others_cpu_percent"] = OthersPercent();
  return row;
}

absl::StatusOr<Json> Measure(const std::string& folder, const Options& o) {
  Json rows = Json::array();
  {
    AMANA_ASSIGN_OR_RETURN(const auto log, SyntheticLog::Make(folder));
    for (uint64_t size = std::min<uint64_t>(10'000, o.events);; size *= 10) {
      AMANA_ASSIGN_OR_RETURN(Json row, MeasureRow(*log, std::min(size, o.events), o));
      Tell(row);
      rows.push_back(std::move(row));
      if (size >= o.events) break;
    }
  }
  if (o.broker) {
    Json report = rows.back();
    report["rows"] = std::move(rows);
    return report;
  }
  const uint64_t statements = std::min<uint64_t>(10'000, o.events / 10);
  AMANA_ASSIGN_OR_RETURN(const SignatureRates rates,
                         MeasureSignatures(folder + "/signatures", statements, 5));
  Json report = rows.back();
  report["signatures_ratio"] = rates.checked_per_s / rates.raw_per_s;
  report["signatures_per_s"] = rates.checked_per_s;
  report["raw_verify_per_s"] = rates.raw_per_s;
  report["rss_mib"] = PeakResidentMib();
  report["rows"] = std::move(rows);
  return report;
}

bool Good(const Json& report) {
  const auto of = [&](const char* key) { return report[key].get<double>(); };
  return of("proof_p99_ms") < 1 && of("query_first_page_p99_ms") < 20 &&
         of("broker_first_page_p99_ms") < 20 && of("verify_events_per_s") >= 1e6 &&
         of("openings_per_s") >= 1e5 && of("signatures_ratio") >= 0.8 && of("rss_mib") <= 256;
}

// In a folder of its own, which goes with it.
absl::StatusOr<Json> Run(const Options& o) {
  std::string folder =
      (o.folder.empty() ? std::filesystem::temp_directory_path().string() : o.folder) +
      "/amana-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return absl::InternalError("no folder for the log");
  absl::StatusOr<Json> report = Measure(folder, o);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return report;
}

int Main(int argc, char** argv) {
  Options o;
  CLI::App app(kHelp, "audit");
  app.add_option("--events", o.events, "Length of the log")
      ->capture_default_str()
      ->check(CLI::Range(1000, 100'000'000));
  app.add_option("--folder", o.folder, "Where to build it (about 2 KiB an event); gone afterwards");
  app.add_option("--samples", o.samples, "Of each kind of question")
      ->capture_default_str()
      ->check(CLI::Range(10, 100'000));
  app.add_flag("--broker", o.broker,
               "Only what the broker appends and answers, with its index and without");
  app.add_flag("--judge", o.judge, "Exit 1 when a bound is missed");
  app.add_flag("--json", o.json, "Print one line of JSON");
  CLI11_PARSE(app, argc, argv);
  const absl::StatusOr<Json> report = Run(o);
  if (!report.ok()) {
    std::fprintf(stderr, "%s\n", report.status().ToString().c_str());
    return 1;
  }
  if (o.json) {
    std::puts(report->dump().c_str());
  } else {
    for (const auto& [key, value] : report->items()) {
      std::printf("%-26s %s\n", key.c_str(), value.dump().c_str());
    }
  }
  return o.judge && !Good(*report) ? 1 : 0;
}

}  // namespace
}  // namespace amana::tests

int main(int argc, char** argv) { return amana::tests::Main(argc, argv); }
