// The sequencer's tree: starts at a stored frontier (size m), takes the leaf hashes of one commit
// batch, can go back to any earlier size of the batch, and at its end gives the root, the new
// frontier and the inclusion proof of every leaf of the batch, all from the old frontier and the
// nodes made in the batch: it reads no store.
//
// Costs: about one node hash per appended leaf; a proof costs no hash once Root() is known, O(log
// n) copies and one allocation. Memory is two hashes per leaf of the batch and is reused by
// Restart. Thread-compatible; Root() and the proofs fill a cache and count as writes.
#ifndef AMANA_PROTO_TRANSPARENCY_TREE_BATCH_H_
#define AMANA_PROTO_TRANSPARENCY_TREE_BATCH_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "proto/transparency/compact_range.h"
#include "proto/transparency/proof_path.h"

namespace amana::transparency {

class TreeBatch {
 public:
  explicit TreeBatch(const CompactRange& start) { Restart(start); }

  uint64_t start_size() const { return start_size_; }
  uint64_t size() const { return size_; }       // also the mark to give to Truncate
  std::span<const Digest> leaf_hashes() const;  // of this batch, from index start_size() on

  // Returns the index of the leaf in the log.
  uint64_t Append(const Digest& leaf_hash);

  // Drops the leaves from `size` on. OUT_OF_RANGE unless start_size() <= size <= this->size().
  absl::Status Truncate(uint64_t size);

  // At the present size; valid until the next Append or Truncate.
  Digest Root();
  CompactRange Frontier() const;
  // For a leaf of this batch (start_size() <= index < size(), else OUT_OF_RANGE).
  absl::StatusOr<Hashes> InclusionProof(uint64_t index);
  // From start_size() to size().
  Hashes ConsistencyProof();

  // Begins the next batch at `start`, keeping the memory.
  void Restart(const CompactRange& start);

 private:
  // The complete nodes of one level that the batch knows. When the old frontier has a node here it
  // comes first: it is the left sibling of the first new one. So `base`, the index of nodes[0], is
  // even, and both children of every node to be made are at hand.
  struct Level {
    uint64_t base = 0;
    Hashes nodes;
  };

  const Digest& Node(int level, uint64_t index) const;
  void FillEdges();
  Hashes Collect(const PathNodes& path);

  uint64_t start_size_ = 0;
  uint64_t size_ = 0;
  std::array<Level, 64> levels_;
  // edges_[k]: root of the right edge at level k (see proof_path.h), present if it is not empty.
  std::array<std::optional<Digest>, 65> edges_;
  bool edges_valid_ = false;
};

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_TREE_BATCH_H_
