// Counts what was refused, by agency and reason: a metric, and a log line for each pair at
// intervals. Never a content, and no line for a single refusal: nobody can fill the log.
#ifndef AMANA_BROKER_RPC_REFUSALS_H_
#define AMANA_BROKER_RPC_REFUSALS_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/ids.h"
#include "base/metrics.h"

namespace amana::rpc {

// Thread-safe.
class Refusals {
 public:
  // `metrics` must outlive it.
  explicit Refusals(Metrics* metrics) : metrics_(metrics) {}

  // `agency` is empty when the caller was not identified.
  void Count(const AgencyId& agency, const absl::Status& refusal);
  // One line "refused" with agency, reason and count for each pair refused since the last call.
  void LogAndReset();

 private:
  struct Tally {
    Counter counter;
    uint64_t since = 0;
  };
  Metrics* const metrics_;
  absl::Mutex mu_;
  absl::flat_hash_map<std::pair<AgencyId, std::string>, Tally> tallies_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_REFUSALS_H_
