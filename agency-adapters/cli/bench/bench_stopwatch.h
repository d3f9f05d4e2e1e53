// Monotonic time for measuring; never for deciding what is valid.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_STOPWATCH_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_STOPWATCH_H_

#include <chrono>

namespace amana::cli {

using SteadyTime = std::chrono::steady_clock::time_point;
inline SteadyTime SteadyNow() { return std::chrono::steady_clock::now(); }
inline double SecondsBetween(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double>(to - from).count();
}
inline SteadyTime After(SteadyTime from, double seconds) {
  return from + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                    std::chrono::duration<double>(seconds));
}

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_STOPWATCH_H_
