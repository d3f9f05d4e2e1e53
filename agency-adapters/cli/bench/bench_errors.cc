#include "agency-adapters/cli/bench/bench_errors.h"

#include <string>
#include <system_error>

#include "base/status.h"

namespace amana::cli {

absl::Status BenchBrokerFailed(std::string_view why) {
  return MakeError(absl::StatusCode::kInternal, "BENCH_BROKER_FAILED", "", why);
}

absl::Status BenchInvalid(std::string_view why) {
  return MakeError(absl::StatusCode::kInternal, "BENCH_INVALID", "", why);
}

absl::Status BenchSystem(std::string_view call, int error_number) {
  return MakeError(absl::StatusCode::kInternal, "BENCH_SYSTEM", "",
                   std::string(call) + ": " + std::system_category().message(error_number));
}

absl::Status BenchStopped() {
  return MakeError(absl::StatusCode::kCancelled, "BENCH_STOPPED", "", "interrupted");
}

}  // namespace amana::cli
