// Measures the sides of adapters_side.h in slices, one after the other, so that what is compared
// met the same machine; medians over the slices.
#ifndef AMANA_TESTS_BENCH_ADAPTERS_METER_H_
#define AMANA_TESTS_BENCH_ADAPTERS_METER_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/adapters_side.h"

namespace amana::tests {

struct MeterOptions {
  absl::Duration seconds = absl::Seconds(5);  // of each client of each agency
  int rounds = 9;                             // slices that these are cut into
  size_t batch = 32;                          // announced at a time, as the runtime does
  size_t read_items = 24;                     // shown and settled in a slice of reading
};

// Medians, an item. Microseconds of processor time.
struct Pace {
  double per_s = 0;
  double client_us = 0;  // of the client
  double server_us = 0;  // of the native server
};

struct SideFigures {
  std::string name;
  std::string server;
  Pace plain, adapter;
  double ratio = 0;  // of adapter to plain in the same round, median
  Pace runtime;      // the runtime's journal and native writer around the adapter
  bool reads = false;
  Pace plain_read, adapter_read;
  double read_ratio = 0;
};

// What an item of the adapter's spends most of its time on: "server" and "adapter" (processor), or
// "waiting" (for disks and answers).
std::string Dominates(const Pace& pace);

absl::StatusOr<std::vector<SideFigures>> MeasureSides(
    const std::vector<std::unique_ptr<AdapterSide>>& sides, const MeterOptions& options);

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_ADAPTERS_METER_H_
