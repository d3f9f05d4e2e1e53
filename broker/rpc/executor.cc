#include "broker/rpc/executor.h"

#include <algorithm>
#include <utility>

#include "broker/rpc/errors.h"

namespace amana::rpc {

Executor::Executor(const Options& options) : queue_per_agency_(options.queue_per_agency) {
  const size_t cores = std::max<size_t>(1, std::thread::hardware_concurrency());
  const size_t threads = options.threads == 0 ? cores : options.threads;
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

Executor::~Executor() { Stop(); }

absl::Status Executor::Run(const AgencyId& agency, Task task) {
  absl::MutexLock lock(&mu_);
  if (stopping_) return ShuttingDown();
  std::deque<Task>& queue = queues_[agency];
  if (queue.size() >= queue_per_agency_) return Overloaded();
  if (queue.empty()) turns_.push_back(agency);
  queue.push_back(std::move(task));
  ++queued_;
  wake_.Signal();
  return absl::OkStatus();
}

void Executor::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
    wake_.SignalAll();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

size_t Executor::queued() const {
  absl::MutexLock lock(&mu_);
  return queued_;
}

void Executor::Work() {
  while (true) {
    Task task;
    {
      absl::MutexLock lock(&mu_);
      while (turns_.empty() && !stopping_) wake_.Wait(&mu_);
      if (turns_.empty()) return;
      AgencyId agency = std::move(turns_.front());
      turns_.pop_front();
      const auto queue = queues_.find(agency);
      task = std::move(queue->second.front());
      queue->second.pop_front();
      --queued_;
      if (queue->second.empty()) {
        queues_.erase(queue);
      } else {
        turns_.push_back(std::move(agency));
      }
    }
    task();
  }
}

}  // namespace amana::rpc
