// Roots and proofs for any leaf and any tree size, out of stored nodes. Nothing here verifies what
// the reader gives: a wrong node makes a proof that does not verify.
#ifndef AMANA_PROTO_TRANSPARENCY_PROOF_BUILDER_H_
#define AMANA_PROTO_TRANSPARENCY_PROOF_BUILDER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "proto/transparency/compact_range.h"
#include "proto/transparency/merkle.h"

namespace amana::transparency {

// Where complete subtrees' hashes come from. Implementations state their own thread safety; the
// functions below call one reader from the calling thread only.
class NodeReader {
 public:
  virtual ~NodeReader() = default;
  // The root of the leaves [index << level, (index + 1) << level). NODE_UNAVAILABLE when it is not
  // there; any other error is passed on.
  virtual absl::StatusOr<Digest> Node(int level, uint64_t index) = 0;
};

// The leaf at `index` in the tree of `size` leaves, leaf's sibling first. OUT_OF_RANGE unless
// index < size. Reads at most 2 log2(size) nodes.
absl::StatusOr<Hashes> BuildInclusionProof(NodeReader& reader, uint64_t index, uint64_t size);

// From `old_size` to `new_size` (RFC 6962 section 2.1.2). OUT_OF_RANGE unless old_size <= new_size.
absl::StatusOr<Hashes> BuildConsistencyProof(NodeReader& reader, uint64_t old_size,
                                             uint64_t new_size);

// The frontier at `size`, from which Root() follows and a batch can start.
absl::StatusOr<CompactRange> ReadFrontier(NodeReader& reader, uint64_t size);

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_PROOF_BUILDER_H_
