// Load on a broker: submissions in a closed loop, each receipt verified before the next one goes.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_LOAD_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/bench/bench_pool.h"
#include "agency-adapters/cli/bench/bench_receipts.h"
#include "agency-adapters/sdk/client.h"

namespace amana::cli {

struct LoadResult {
  uint64_t in_time = 0;   // receipts verified within `seconds`
  uint64_t accepted = 0;  // these, and what was still under way then
  double seconds = 0;     // less than asked for when the pool ran dry
  // Until the receipt was verified; unary only.
  double p50_ms = 0;
  double p99_ms = 0;

  double per_second() const { return seconds > 0 ? static_cast<double>(in_time) / seconds : 0; }
};

// Must outlive the run.
struct LoadParts {
  sdk::Client* client;
  ReferralPool* pool;
  ReceiptChecker* checker;
  std::function<bool()> stop;
};

// `in_flight` unary calls at any time. The first refusal or receipt that does not verify ends the
// run and is its error; BENCH_STOPPED.
absl::StatusOr<LoadResult> RunUnary(const LoadParts& parts, size_t in_flight, double seconds);

// `streams` SubmitBatch calls, each with two messages of 64 under way. Errors as above.
absl::StatusOr<LoadResult> RunBatches(const LoadParts& parts, size_t streams, double seconds);

// The value that `share` of the sample is not above, by rank; 0 for none. Reorders the sample.
double Percentile(std::vector<float>& sample, double share);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_LOAD_H_
