// Others' work while something is measured: clients who submit, one call after the other each, and
// how long every call took.
#ifndef AMANA_TESTS_FAULT_SUBMIT_LOAD_H_
#define AMANA_TESTS_FAULT_SUBMIT_LOAD_H_

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/support/broker_world.h"
#include "tests/support/endpoint.h"

namespace amana::tests {

struct Latencies {
  size_t calls = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

// Thread-safe, but for Start and Stop.
class SubmitLoad {
 public:
  // Each of `clients` is a program of police/desk with a consent of its own and sends to `to`.
  static absl::StatusOr<std::unique_ptr<SubmitLoad>> Start(const BrokerWorld& world, size_t clients,
                                                           const Address& to);
  ~SubmitLoad();

  // Of the calls that began in [from, until) and were answered.
  Latencies Between(absl::Time from, absl::Time until) const;
  absl::Status Stop();  // the first failure of a call

 private:
  struct Call {
    absl::Time began;
    double ms = 0;
  };

  explicit SubmitLoad(Address to) : to_(std::move(to)) {}
  absl::Status Work(Endpoint& client);

  const Address to_;
  std::vector<std::unique_ptr<Endpoint>> clients_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stop_{false};
  mutable absl::Mutex mu_;
  std::vector<Call> calls_ ABSL_GUARDED_BY(mu_);
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_FAULT_SUBMIT_LOAD_H_
