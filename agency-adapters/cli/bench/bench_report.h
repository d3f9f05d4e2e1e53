// What `amana bench submit` has measured, as JSON and as a table. Pure.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_REPORT_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "agency-adapters/cli/bench/bench_load.h"
#include "agency-adapters/cli/report.h"

namespace amana::cli {

struct SubmitNumbers {
  double verify_per_s = 0;  // on all processors
  double verify_cpu_us = 0;
  LoadResult unary_1;
  LoadResult unary_64;
  LoadResult unary_256;
  LoadResult batch_64;
  double fsyncs_per_s = 0;
  double stored_bytes_per_submit = 0;
  // Over unary_256 and batch_64 together, and of batch_64 alone.
  double broker_cpu_us = 0;
  double client_cpu_us = 0;
  double broker_cpu_us_batch = 0;
  double peak_rss_mib = 0;
  double steal_pct = 0;
  std::vector<std::string> quotas_raised;
  int processors = 0;
  int connections = 0;
  std::string filesystem;
  double elapsed_s = 0;
};

// Which of verification, the rest of the broker and the client takes most of a submission's
// processor time, with the figures.
std::string Dominates(const SubmitNumbers& numbers);

Report SubmitReport(const SubmitNumbers& numbers);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_REPORT_H_
