// Replies of calls that tell somebody of a person, while they are being written: a withdrawal is
// not answered before they are out. Thread-safe; callbacks are called without locks held.
#ifndef AMANA_BROKER_DELIVERY_CALL_WRITES_H_
#define AMANA_BROKER_DELIVERY_CALL_WRITES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/ids.h"

namespace amana::delivery {

class CallWrites : public std::enable_shared_from_this<CallWrites> {
 public:
  // A write begins; it ends with the last copy of what this returns.
  std::shared_ptr<void> Begin(const Pseudonym& subject);
  // Calls `done` when every write of `subject` that has begun before this call has ended; at once
  // where there is none.
  void WhenQuiet(const Pseudonym& subject, std::function<void()> done);

 private:
  using Waiters = std::vector<std::function<void()>>;
  void End(const Pseudonym& subject, uint64_t write);

  absl::Mutex mu_;
  uint64_t next_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<Pseudonym, absl::flat_hash_map<uint64_t, Waiters>> writes_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_CALL_WRITES_H_
