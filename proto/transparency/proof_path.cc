#include "proto/transparency/proof_path.h"

#include <bit>

namespace amana::transparency {
namespace {

void AppendSiblings(int level, uint64_t index, uint64_t size, PathNodes& path) {
  uint64_t last = (size - 1) >> level;
  for (; last != 0; ++level, index >>= 1, last >>= 1) {
    const uint64_t sibling = index ^ 1;
    if (sibling > last) continue;  // a left child on the right edge: no sibling at this level
    path.push_back({level, sibling, sibling < (size >> level)});
  }
}

}  // namespace

PathNodes InclusionPathNodes(int level, uint64_t index, uint64_t size) {
  PathNodes path;
  AppendSiblings(level, index, size, path);
  return path;
}

PathNodes ConsistencyPathNodes(uint64_t old_size, uint64_t new_size) {
  PathNodes path;
  if (old_size == 0 || old_size == new_size) return path;
  // The path starts at the last complete subtree of the old tree. When that is the whole old tree
  // the verifier has its hash already: it is the old root.
  const int level = std::countr_zero(old_size);
  const uint64_t index = (old_size >> level) - 1;
  if (!std::has_single_bit(old_size)) path.push_back({level, index, true});
  AppendSiblings(level, index, new_size, path);
  return path;
}

}  // namespace amana::transparency
