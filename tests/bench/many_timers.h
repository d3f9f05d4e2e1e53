// What a broker costs that has very many timers pending and nothing else to do: a store is filled
// with tasks whose clocks, expiries and decisions are due in the future, and the real program is
// started on it and left alone.
#ifndef AMANA_TESTS_BENCH_MANY_TIMERS_H_
#define AMANA_TESTS_BENCH_MANY_TIMERS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/support/broker_world.h"

namespace amana::tests {

// Of a process that nobody asks anything.
struct IdleFigures {
  double resident_mib = 0;
  double cpu_percent = 0;  // of one core
  double start_s = 0;      // until it listened
};

struct FilledStore {
  double seconds = 0;
  double mib = 0;          // on disk
  double next_due_us = 0;  // to find the earliest of all timers, median
};

struct ManyTimersOptions {
  uint64_t timers = 1'000'000;
  // After a start, before anything is measured; longer where it still has work of its own to do.
  absl::Duration settle = absl::Seconds(10);
  absl::Duration window = absl::Seconds(30);  // of measured idleness
};

// Puts referrals with one task each into the store of a broker that does not run.
absl::StatusOr<FilledStore> FillWithTimers(const BrokerWorld& world, uint64_t timers);

// Starts the broker of this world, and stops it again.
absl::StatusOr<IdleFigures> MeasureIdle(BrokerWorld& world, const ManyTimersOptions& options);

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_MANY_TIMERS_H_
