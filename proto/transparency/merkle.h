// RFC 6962 section 2 hashing with SHA-256, and the verification of inclusion and consistency proofs
// by the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2. Everything is a pure function of its
// arguments and may be called from any thread.
#ifndef AMANA_PROTO_TRANSPARENCY_MERKLE_H_
#define AMANA_PROTO_TRANSPARENCY_MERKLE_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"

namespace amana::transparency {

using Hashes = std::vector<Digest>;

const Digest& EmptyRoot();                                 // SHA-256 of nothing
Digest HashLeaf(std::string_view data);                    // SHA-256(0x00 || data)
Digest HashNode(const Digest& left, const Digest& right);  // SHA-256(0x01 || left || right)

// The root that `path` (from the leaf's sibling up) gives for the leaf at `index` of `size`.
// PROOF_INVALID when index >= size or the path has the wrong length for them.
absl::StatusOr<Digest> RootFromInclusionPath(uint64_t index, uint64_t size, const Digest& leaf_hash,
                                             std::span<const Digest> path);

// OK when the tree of `size` leaves with `root` has `leaf_hash` at `index`; else PROOF_INVALID.
absl::Status VerifyInclusion(uint64_t index, uint64_t size, const Digest& leaf_hash,
                             std::span<const Digest> path, const Digest& root);

// OK when the tree (new_size, new_root) only appends to (old_size, old_root); else PROOF_INVALID.
// Equal sizes and the empty old tree need an empty path, the latter also EmptyRoot().
absl::Status VerifyConsistency(uint64_t old_size, uint64_t new_size, const Digest& old_root,
                               const Digest& new_root, std::span<const Digest> path);

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_MERKLE_H_
