#include "broker/delivery/call_writes.h"

#include <atomic>
#include <utility>

namespace amana::delivery {

std::shared_ptr<void> CallWrites::Begin(const Pseudonym& subject) {
  uint64_t write = 0;
  {
    absl::MutexLock lock(&mu_);
    write = next_++;
    writes_[subject][write];
  }
  // Not null, so that whoever holds it can tell that there is something to hold.
  return std::shared_ptr<void>(
      this, [self = shared_from_this(), subject, write](void*) { self->End(subject, write); });
}

void CallWrites::End(const Pseudonym& subject, uint64_t write) {
  Waiters waiters;
  {
    absl::MutexLock lock(&mu_);
    const auto found = writes_.find(subject);
    waiters = std::move(found->second[write]);
    found->second.erase(write);
    if (found->second.empty()) writes_.erase(found);
  }
  for (const auto& waiter : waiters) waiter();
}

void CallWrites::WhenQuiet(const Pseudonym& subject, std::function<void()> done) {
  // One for each write, and one for this call.
  auto pending = std::make_shared<std::atomic<int>>(1);
  const auto rest = [pending, done = std::move(done)] {
    if (pending->fetch_sub(1) == 1) done();
  };
  {
    absl::MutexLock lock(&mu_);
    if (const auto found = writes_.find(subject); found != writes_.end()) {
      for (auto& [write, waiters] : found->second) {
        pending->fetch_add(1);
        waiters.push_back(rest);
      }
    }
  }
  rest();
}

}  // namespace amana::delivery
