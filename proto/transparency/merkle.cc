#include "proto/transparency/merkle.h"

#include <bit>

#include "proto/crypto/sha256.h"
#include "proto/transparency/errors.h"

namespace amana::transparency {
namespace {

constexpr std::string_view kLeafPrefix("\x00", 1);
constexpr std::string_view kNodePrefix("\x01", 1);

// The walk of RFC 9162 from a node to the root: `fn` is the node's index at the current level, `sn`
// the index of the last node there.
struct Walk {
  uint64_t fn;
  uint64_t sn;

  bool SiblingIsLeft() const { return (fn & 1) != 0 || fn == sn; }
  void Up() {
    fn >>= 1;
    sn >>= 1;
  }
  // A node on the right edge has no sibling on the levels where it is a left child.
  void SkipLevelsWithoutSibling() {
    while ((fn & 1) == 0 && fn != 0) Up();
  }
};

}  // namespace

const Digest& EmptyRoot() {
  static const Digest root = crypto::Sha256(std::string_view());
  return root;
}

Digest HashLeaf(std::string_view data) { return crypto::Sha256({kLeafPrefix, data}); }

Digest HashNode(const Digest& left, const Digest& right) {
  return crypto::Sha256({kNodePrefix, left.view(), right.view()});
}

absl::StatusOr<Digest> RootFromInclusionPath(uint64_t index, uint64_t size, const Digest& leaf_hash,
                                             std::span<const Digest> path) {
  if (index >= size) return ProofInvalid("the leaf's index is not below the tree size");
  Walk walk{index, size - 1};
  Digest root = leaf_hash;
  for (const Digest& sibling : path) {
    if (walk.sn == 0) return ProofInvalid("the inclusion path is too long");
    if (walk.SiblingIsLeft()) {
      root = HashNode(sibling, root);
      walk.SkipLevelsWithoutSibling();
    } else {
      root = HashNode(root, sibling);
    }
    walk.Up();
  }
  if (walk.sn != 0) return ProofInvalid("the inclusion path is too short");
  return root;
}

absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Digest& leaf_hash,
                             std::span<const Digest> path, const Digest& root) {
  AMANA_ASSIGN_OR_RETURN(const Digest computed,
                         RootFromInclusionPath(index, size, leaf_hash, path));
  if (computed != root) return ProofInvalid("the inclusion path leads to another root");
  return absl::OkStatus();
}

absl::Status VerifyConsistency(uint64_t old_size, uint64_t new_size, const Digest& old_root,
                               const Digest& new_root, std::span<const Digest> path) {
  if (old_size > new_size) return ProofInvalid("the old tree is larger than the new one");
  if (old_size == new_size || old_size == 0) {
    if (!path.empty()) return ProofInvalid("the consistency path must be empty");
    const Digest& expected = old_size == 0 ? EmptyRoot() : new_root;
    if (old_root != expected)
      return ProofInvalid("the old root is not that of a tree of this size");
    if (new_size == 0 && new_root != EmptyRoot()) return ProofInvalid("an empty tree has one root");
    return absl::OkStatus();
  }
  // A complete old tree is itself a node of the new one, and the path leaves it out.
  const bool old_is_node = std::has_single_bit(old_size);
  if (path.empty()) return ProofInvalid("the consistency path is too short");
  Walk walk{old_size - 1, new_size - 1};
  while ((walk.fn & 1) != 0) walk.Up();
  Digest from_old = old_is_node ? old_root : path.front();
  Digest from_new = from_old;
  for (const Digest& sibling : old_is_node ? path : path.subspan(1)) {
    if (walk.sn == 0) return ProofInvalid("the consistency path is too long");
    if (walk.SiblingIsLeft()) {
      from_old = HashNode(sibling, from_old);
      from_new = HashNode(sibling, from_new);
      walk.SkipLevelsWithoutSibling();
    } else {
      from_new = HashNode(from_new, sibling);
    }
    walk.Up();
  }
  if (walk.sn != 0) return ProofInvalid("the consistency path is too short");
  if (from_old != old_root) return ProofInvalid("the consistency path leads to another old root");
  if (from_new != new_root) return ProofInvalid("the consistency path leads to another new root");
  return absl::OkStatus();
}

}  // namespace amana::transparency
