// The error catalogue of the benches.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"

namespace amana::cli {

// BENCH_BROKER_FAILED: the bench's own broker did not start, or ended.
absl::Status BenchBrokerFailed(std::string_view why);
// BENCH_INVALID: what was measured is not what the bench says it measures.
absl::Status BenchInvalid(std::string_view why);
// BENCH_SYSTEM: the operating system refused something that only the bench needs.
absl::Status BenchSystem(std::string_view call, int error_number);
absl::Status BenchStopped();  // BENCH_STOPPED, kCancelled: the user interrupted it

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_ERRORS_H_
