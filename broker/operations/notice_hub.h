// Brings news to those who follow their notices: whoever has looked at the whole log is told of the
// indexes that are new for it, and looks at nothing else.
//
// Thread-safe. Its lock is a leaf, under which nobody is called.
#ifndef AMANA_BROKER_OPERATIONS_NOTICE_HUB_H_
#define AMANA_BROKER_OPERATIONS_NOTICE_HUB_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/ids.h"
#include "broker/store/store.h"

namespace amana::operations {

class NoticeHub {
 public:
  // What came since it was last taken.
  struct News {
    std::vector<uint64_t> indexes;  // ascending
    uint64_t seen = 0;              // every commit below it was told
    bool missed = false;            // there was too much to be kept: look at the log
  };

  class Follower {
   public:
    // Takes what there is. `seen` stays 0 until the first commit after Follow.
    News Take();

   private:
    friend class NoticeHub;
    explicit Follower(std::function<void()> ready) : ready_(std::move(ready)) {}
    const std::function<void()> ready_;
    absl::Mutex mu_;
    News news_ ABSL_GUARDED_BY(mu_);
  };

  // Until the follower is dropped. `ready` is called, on the store's thread, when there is news; it
  // must not block. Whoever follows first and then looks at a snapshot misses nothing.
  std::shared_ptr<Follower> Follow(const AgencyId& agency, std::function<void()> ready);

  // For the store's commit listener.
  void OnCommit(const store::CommittedBatch& batch);

 private:
  static constexpr size_t kMostKept = 1024;

  absl::Mutex mu_;
  absl::flat_hash_map<AgencyId, std::vector<std::weak_ptr<Follower>>> followers_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_NOTICE_HUB_H_
