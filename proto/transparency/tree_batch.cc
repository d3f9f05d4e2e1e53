#include "proto/transparency/tree_batch.h"

#include <utility>

#include "proto/transparency/errors.h"
#include "proto/transparency/merkle.h"

namespace amana::transparency {

std::span<const Digest> TreeBatch::leaf_hashes() const {
  return std::span(levels_[0].nodes).subspan(start_size_ - levels_[0].base);
}

void TreeBatch::Restart(const CompactRange& start) {
  start_size_ = size_ = start.size();
  edges_valid_ = false;
  size_t used = start.nodes().size();  // the last node of a frontier is its lowest
  for (int level = 0; level < 64; ++level) {
    const uint64_t count = start_size_ >> level;
    levels_[level].base = count & ~uint64_t{1};
    levels_[level].nodes.clear();
    if ((count & 1) != 0) levels_[level].nodes.push_back(start.nodes()[--used]);
  }
}

uint64_t TreeBatch::Append(const Digest& leaf_hash) {
  edges_valid_ = false;
  levels_[0].nodes.push_back(leaf_hash);
  const uint64_t index = size_++;
  int level = 0;
  for (uint64_t rest = index; (rest & 1) != 0; rest >>= 1, ++level) {
    const Hashes& nodes = levels_[level].nodes;
    levels_[level + 1].nodes.push_back(HashNode(nodes[nodes.size() - 2], nodes.back()));
  }
  return index;
}

absl::Status TreeBatch::Truncate(uint64_t size) {
  if (size < start_size_ || size > size_) {
    return SizeOutOfRange("size", "a batch can only be cut back to a size it has had");
  }
  edges_valid_ = false;
  size_ = size;
  for (int level = 0; level < 64; ++level) {
    levels_[level].nodes.resize((size >> level) - levels_[level].base);
  }
  return absl::OkStatus();
}

const Digest& TreeBatch::Node(int level, uint64_t index) const {
  return levels_[level].nodes[index - levels_[level].base];
}

void TreeBatch::FillEdges() {
  if (edges_valid_) return;
  edges_[0].reset();
  for (int level = 0; level < 64; ++level) {
    const uint64_t count = size_ >> level;
    edges_[level + 1] = edges_[level];
    if ((count & 1) == 0) continue;
    const Digest& node = Node(level, count - 1);
    edges_[level + 1] = edges_[level].has_value() ? HashNode(node, *edges_[level]) : node;
  }
  edges_valid_ = true;
}

Digest TreeBatch::Root() {
  FillEdges();
  return edges_[64].value_or(EmptyRoot());
}

CompactRange TreeBatch::Frontier() const {
  Hashes nodes;
  for (int level = 63; level >= 0; --level) {
    const uint64_t count = size_ >> level;
    if ((count & 1) != 0) nodes.push_back(Node(level, count - 1));
  }
  return *CompactRange::Create(size_, std::move(nodes));  // one node per bit set, by construction
}

Hashes TreeBatch::Collect(const PathNodes& path) {
  FillEdges();
  Hashes hashes;
  hashes.reserve(path.size());
  for (const PathNode& node : path) {
    hashes.push_back(node.complete ? Node(node.level, node.index) : *edges_[node.level]);
  }
  return hashes;
}

absl::StatusOr<Hashes> TreeBatch::InclusionProof(uint64_t index) {
  if (index < start_size_ || index >= size_) {
    return SizeOutOfRange("index", "the leaf is not of this batch");
  }
  return Collect(InclusionPathNodes(0, index, size_));
}

Hashes TreeBatch::ConsistencyProof() { return Collect(ConsistencyPathNodes(start_size_, size_)); }

}  // namespace amana::transparency
