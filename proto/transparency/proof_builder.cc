#include "proto/transparency/proof_builder.h"

#include <optional>
#include <utility>

#include "proto/transparency/errors.h"
#include "proto/transparency/proof_path.h"

namespace amana::transparency {
namespace {

// The root of the leaves [(size >> level) << level, size), which are at least one.
absl::StatusOr<Digest> RightEdge(NodeReader& reader, int level, uint64_t size) {
  std::optional<Digest> root;
  for (int below = 0; below < level; ++below) {
    const uint64_t count = size >> below;
    if ((count & 1) == 0) continue;
    AMANA_ASSIGN_OR_RETURN(const Digest node, reader.Node(below, count - 1));
    root = root.has_value() ? HashNode(node, *root) : node;
  }
  if (!root.has_value()) return ProofMalformed("a right edge without leaves");
  return *root;
}

absl::StatusOr<Hashes> Collect(NodeReader& reader, const PathNodes& path, uint64_t size) {
  Hashes hashes;
  hashes.reserve(path.size());
  for (const PathNode& node : path) {
    AMANA_ASSIGN_OR_RETURN(const Digest hash, node.complete ? reader.Node(node.level, node.index)
                                                            : RightEdge(reader, node.level, size));
    hashes.push_back(hash);
  }
  return hashes;
}

}  // namespace

absl::StatusOr<Hashes> BuildInclusionProof(NodeReader& reader, uint64_t index, uint64_t size) {
  if (index >= size) return SizeOutOfRange("index", "the leaf's index is not below the tree size");
  return Collect(reader, InclusionPathNodes(0, index, size), size);
}

absl::StatusOr<Hashes> BuildConsistencyProof(NodeReader& reader, uint64_t old_size,
                                             uint64_t new_size) {
  if (old_size > new_size) return SizeOutOfRange("old_size", "the old tree is the larger one");
  return Collect(reader, ConsistencyPathNodes(old_size, new_size), new_size);
}

absl::StatusOr<CompactRange> ReadFrontier(NodeReader& reader, uint64_t size) {
  Hashes nodes;
  for (int level = 63; level >= 0; --level) {
    const uint64_t count = size >> level;
    if ((count & 1) == 0) continue;
    AMANA_ASSIGN_OR_RETURN(const Digest node, reader.Node(level, count - 1));
    nodes.push_back(node);
  }
  return CompactRange::Create(size, std::move(nodes));
}

}  // namespace amana::transparency
