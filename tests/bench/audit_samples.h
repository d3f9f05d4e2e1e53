// How long each of some questions took. For one thread.
#ifndef AMANA_TESTS_BENCH_AUDIT_SAMPLES_H_
#define AMANA_TESTS_BENCH_AUDIT_SAMPLES_H_

#include <time.h>

#include <algorithm>
#include <vector>

#include "absl/status/status.h"
#include "base/status.h"

namespace amana::tests {

// By the clock, and of this thread's processor time: what others do on the machine is in the first
// alone, what is waited for as well.
struct Percentiles {
  double p50_ms = 0, p99_ms = 0, cpu_p50_ms = 0, cpu_p99_ms = 0;
};

inline double Seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

class Samples {
 public:
  template <class Question>
  absl::Status Take(Question question) {
    const double clock = Seconds(CLOCK_MONOTONIC), cpu = Seconds(CLOCK_THREAD_CPUTIME_ID);
    AMANA_RETURN_IF_ERROR(question());
    clock_.push_back(1000 * (Seconds(CLOCK_MONOTONIC) - clock));
    cpu_.push_back(1000 * (Seconds(CLOCK_THREAD_CPUTIME_ID) - cpu));
    return absl::OkStatus();
  }
  Percentiles Of() { return {At(clock_, 50), At(clock_, 99), At(cpu_, 50), At(cpu_, 99)}; }

 private:
  static double At(std::vector<double>& took, size_t percent) {
    std::ranges::sort(took);
    return took[(took.size() - 1) * percent / 100];
  }
  std::vector<double> clock_, cpu_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_AUDIT_SAMPLES_H_
