// What it costs the broker to answer a question about its log, once the question is in it.
#ifndef AMANA_TESTS_BENCH_AUDIT_BROKER_H_
#define AMANA_TESTS_BENCH_AUDIT_BROKER_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "tests/bench/audit_log.h"
#include "tests/bench/audit_samples.h"

namespace amana::tests {

// The first hundred events by each filter that the broker has, found, looked at and opened as
// QueryEvents does; without an index, every event is looked at.
absl::StatusOr<std::map<std::string, Percentiles>> MeasureBrokerQueries(const SyntheticLog& log,
                                                                        int samples, bool index);

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_AUDIT_BROKER_H_
