// The threads that run the bodies of calls: as many as there are cores, since the costly part is
// verifying signatures. Agencies take turns, one task each, so that a busy one does not make the
// others wait; each has a queue of its own, and a bound to it.
#ifndef AMANA_BROKER_RPC_EXECUTOR_H_
#define AMANA_BROKER_RPC_EXECUTOR_H_

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/ids.h"

namespace amana::rpc {

// Thread-safe.
class Executor {
 public:
  using Task = absl::AnyInvocable<void()>;

  struct Options {
    size_t threads = 0;  // 0: one a core
    size_t queue_per_agency = 1024;
  };

  explicit Executor(const Options& options);
  ~Executor();  // Stop()

  // Queues `task`. Tasks of one agency begin in the order of the calls. OVERLOADED when the
  // agency's queue is full, SHUTTING_DOWN after Stop(); then `task` is dropped.
  absl::Status Run(const AgencyId& agency, Task task);
  // Runs what is queued, then ends the threads. Idempotent.
  void Stop();

  size_t queued() const;

 private:
  void Work();

  const size_t queue_per_agency_;
  mutable absl::Mutex mu_;
  absl::CondVar wake_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  size_t queued_ ABSL_GUARDED_BY(mu_) = 0;
  // Never holds an empty queue.
  absl::flat_hash_map<AgencyId, std::deque<Task>> queues_ ABSL_GUARDED_BY(mu_);
  std::deque<AgencyId> turns_ ABSL_GUARDED_BY(mu_);  // each agency of `queues_` once
  std::vector<std::thread> threads_;
};

}  // namespace amana::rpc

#endif  // AMANA_BROKER_RPC_EXECUTOR_H_
