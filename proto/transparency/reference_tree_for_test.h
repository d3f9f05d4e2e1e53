// For tests: RFC 6962 section 2.1 word for word, recursive and slow, to compare the real code with.
#ifndef AMANA_PROTO_TRANSPARENCY_REFERENCE_TREE_FOR_TEST_H_
#define AMANA_PROTO_TRANSPARENCY_REFERENCE_TREE_FOR_TEST_H_

#include <cstdint>
#include <span>
#include <string>

#include "proto/transparency/errors.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/proof_builder.h"

namespace amana::transparency::testing {

using Leaves = std::span<const Digest>;  // leaf hashes

// The largest power of two smaller than n (n > 1).
inline size_t SplitPoint(size_t n) {
  size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

inline Digest Mth(Leaves d) {
  if (d.empty()) return EmptyRoot();
  if (d.size() == 1) return d[0];
  const size_t k = SplitPoint(d.size());
  return HashNode(Mth(d.first(k)), Mth(d.subspan(k)));
}

inline Hashes Path(size_t m, Leaves d) {
  if (d.size() == 1) return {};
  const size_t k = SplitPoint(d.size());
  Hashes path = m < k ? Path(m, d.first(k)) : Path(m - k, d.subspan(k));
  path.push_back(m < k ? Mth(d.subspan(k)) : Mth(d.first(k)));
  return path;
}

inline Hashes SubProof(size_t m, Leaves d, bool whole) {
  if (m == d.size()) return whole ? Hashes{} : Hashes{Mth(d)};
  const size_t k = SplitPoint(d.size());
  Hashes proof = m <= k ? SubProof(m, d.first(k), whole) : SubProof(m - k, d.subspan(k), false);
  proof.push_back(m <= k ? Mth(d.subspan(k)) : Mth(d.first(k)));
  return proof;
}

inline Hashes ConsistencyProof(size_t m, Leaves d) {
  return m == 0 ? Hashes{} : SubProof(m, d, true);
}

inline Hashes MakeLeaves(size_t n, const std::string& salt = "leaf ") {
  Hashes leaves;
  for (size_t i = 0; i < n; ++i) leaves.push_back(HashLeaf(salt + std::to_string(i)));
  return leaves;
}

// Nodes straight from the leaves.
class LeavesReader final : public NodeReader {
 public:
  explicit LeavesReader(Leaves leaves) : leaves_(leaves) {}
  absl::StatusOr<Digest> Node(int level, uint64_t index) override {
    if (index >= (leaves_.size() >> level)) return NodeUnavailable(level, index);
    return Mth(leaves_.subspan(index << level, size_t{1} << level));
  }

 private:
  Leaves leaves_;
};

}  // namespace amana::transparency::testing

#endif  // AMANA_PROTO_TRANSPARENCY_REFERENCE_TREE_FOR_TEST_H_
