// `amana bench submit`: how fast a broker on this machine takes submissions, against the rate at
// which the machine verifies signatures and syncs its disk in the same run.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_SUBMIT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_SUBMIT_H_

#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/bench/bench_report.h"
#include "agency-adapters/cli/world.h"

namespace amana::cli {

struct SubmitBenchOptions {
  double seconds = 3;  // each point; of verifying and syncing, too
  int connections = 4;
  bool keep_data = false;
  std::string folder;  // made and, but with keep_data, removed below it; empty: the system's
};

// Starts a broker of its own, measures, and stops it. With the default seconds it ends within 55 s.
// Errors: BENCH_*, those of the client library, and what the broker refused.
absl::StatusOr<SubmitNumbers> RunSubmitBench(const World& world, const SubmitBenchOptions& options);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_SUBMIT_H_
