// Which nodes a proof is made of, by position alone: shared by those who make proofs from a batch
// in memory (TreeBatch) and from stored nodes (proof_builder). Pure.
//
// Node (level, index) covers the leaves [index << level, (index + 1) << level). The right edge of a
// tree of n leaves at a level covers [(n >> level) << level, n): a subtree that is not complete.
#ifndef AMANA_PROTO_TRANSPARENCY_PROOF_PATH_H_
#define AMANA_PROTO_TRANSPARENCY_PROOF_PATH_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace amana::transparency {

struct PathNode {
  int level;
  uint64_t index;
  bool complete;  // false: the right edge at this level; at most one in a path
};

// Up to 65 nodes without allocation, in the order of the proof.
class PathNodes {
 public:
  void push_back(PathNode node) { nodes_[size_++] = node; }
  const PathNode* begin() const { return nodes_.data(); }
  const PathNode* end() const { return nodes_.data() + size_; }
  size_t size() const { return size_; }

 private:
  std::array<PathNode, 65> nodes_;
  size_t size_ = 0;
};

// The siblings from the complete node (level, index) up to the root of the tree of `size` leaves.
// Requires (index + 1) << level <= size.
PathNodes InclusionPathNodes(int level, uint64_t index, uint64_t size);

// RFC 6962 section 2.1.2; empty when old_size is 0 or new_size. Requires old_size <= new_size.
PathNodes ConsistencyPathNodes(uint64_t old_size, uint64_t new_size);

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_PROOF_PATH_H_
