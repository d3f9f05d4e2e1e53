#ifndef AMANA_BROKER_STORE_EMBEDDED_COMMITTED_BATCH_H_
#define AMANA_BROKER_STORE_EMBEDDED_COMMITTED_BATCH_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "broker/store/store.h"
#include "proto/transparency/tree_batch.h"

namespace amana::store::embedded {

// Proofs are made when they are asked for, on the asker's thread. Thread-safe.
class EmbeddedBatch final : public CommittedBatch {
 public:
  EmbeddedBatch(LogHead head, transparency::TreeBatch tree, std::vector<StoredEvent> events)
      : head_(std::move(head)), events_(std::move(events)), tree_(std::move(tree)) {}

  const LogHead& head() const override { return head_; }
  absl::StatusOr<std::string> TlogProof(uint64_t index) const override;
  absl::StatusOr<StoredEvent> Event(uint64_t index) const override;
  const std::vector<StoredEvent>& events() const override { return events_; }

 private:
  const LogHead head_;
  const std::vector<StoredEvent> events_;  // consecutive
  mutable absl::Mutex mu_;                 // a proof fills the tree's cache
  mutable transparency::TreeBatch tree_ ABSL_GUARDED_BY(mu_);
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_COMMITTED_BATCH_H_
