// What it costs to ask and to judge a log: proofs out of the broker's store, first pages of queries
// in a mirror, and the checks. For one thread.
#ifndef AMANA_TESTS_BENCH_AUDIT_METER_H_
#define AMANA_TESTS_BENCH_AUDIT_METER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/audit_log.h"
#include "tests/bench/audit_samples.h"

namespace amana::tests {

// A second by the clock, and a second of processor time of all threads.
struct Rate {
  double per_s = 0, per_cpu_s = 0;
};
// Of what happens from here on.
class Stopwatch {
 public:
  Stopwatch();
  Rate Of(double count) const;

 private:
  const double clock_, cpu_;  // seconds
};

// Inclusion proofs of entries anywhere, each over a snapshot of its own, as the RPC makes them.
absl::StatusOr<Percentiles> MeasureProofs(const SyntheticLog& log, int samples);

// The first hundred events, by each filter.
absl::StatusOr<std::map<std::string, Percentiles>> MeasureQueries(SyntheticLog& log, int samples);

// Entries a second: tree and tiles recomputed from all entries, to the signed root.
absl::StatusOr<Rate> MeasureReplay(const SyntheticLog& log);

// Openings a second: read from the book and rebuilt to their leaves, at most so many.
absl::StatusOr<Rate> MeasureOpenings(SyntheticLog& log, uint64_t most);

// Events a second that all twelve checks take together, over log and book.
absl::StatusOr<Rate> MeasureChecks(SyntheticLog& log);

// Statements a second that the check SIGNATURES verifies, and bare ECDSA verifications a second on
// all cores with the key at hand, measured in turns; medians.
struct SignatureRates {
  double checked_per_s = 0, raw_per_s = 0;
};
absl::StatusOr<SignatureRates> MeasureSignatures(const std::string& folder, uint64_t statements,
                                                 int rounds);

double PeakResidentMib();
// The part of the machine's processor time since the last call that was not this process's, idle
// time aside.
double OthersPercent();

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_AUDIT_METER_H_
