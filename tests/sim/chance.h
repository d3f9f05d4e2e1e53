// What is left to chance, the same for the same seed wherever it is run. For one thread.
#ifndef AMANA_TESTS_SIM_CHANCE_H_
#define AMANA_TESTS_SIM_CHANCE_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace amana::sim {

class Chance {
 public:
  explicit Chance(uint64_t seed) : engine_(seed) {}

  // In [0, below).
  uint64_t Below(uint64_t below) { return engine_() % below; }
  bool Percent(uint64_t percent) { return Below(100) < percent; }
  // In [from, to], to the second.
  absl::Duration Between(absl::Duration from, absl::Duration to) {
    const auto seconds = static_cast<uint64_t>(absl::ToInt64Seconds(to - from));
    return from + absl::Seconds(Below(seconds + 1));
  }
  // Mostly soon, now and then late: exponential around `mean`, at most five times that.
  absl::Duration Around(absl::Duration mean) {
    const double part = (static_cast<double>(Below(1'000'000)) + 1) / 1'000'001;
    return absl::Seconds(1) + absl::Trunc(mean * std::min(5.0, -std::log(part)), absl::Seconds(1));
  }
  std::string Bytes(size_t count) {
    std::string bytes(count, '\0');
    for (char& each : bytes) each = static_cast<char>(Below(256));
    return bytes;
  }
  template <class Value>
  const Value& OneOf(const std::vector<Value>& values) {
    return values[Below(values.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_CHANCE_H_
