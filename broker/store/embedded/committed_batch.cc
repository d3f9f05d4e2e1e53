#include "broker/store/embedded/committed_batch.h"

#include "broker/store/errors.h"
#include "proto/transparency/tlog_proof.h"

namespace amana::store::embedded {

absl::StatusOr<std::string> EmbeddedBatch::TlogProof(uint64_t index) const {
  transparency::TlogProof proof;
  {
    absl::MutexLock lock(&mu_);
    AMANA_ASSIGN_OR_RETURN(proof.path, tree_.InclusionProof(index));
  }
  proof.index = index;
  proof.checkpoint = head_.checkpoint;
  return transparency::FormatTlogProof(proof);
}

absl::StatusOr<StoredEvent> EmbeddedBatch::Event(uint64_t index) const {
  if (events_.empty() || index < events_.front().index || index > events_.back().index) {
    return IndexOutOfRangeError();
  }
  return events_[index - events_.front().index];
}

}  // namespace amana::store::embedded
