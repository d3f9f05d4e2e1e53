// The frontier of an append-only tree [0, n): the roots of the complete subtrees that n's binary
// digits name, largest (leftmost) first. It is all that is needed to append and to give the root,
// and is stored with every checkpoint. A value type: a copy is a savepoint. Thread-compatible.
#ifndef AMANA_PROTO_TRANSPARENCY_COMPACT_RANGE_H_
#define AMANA_PROTO_TRANSPARENCY_COMPACT_RANGE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "proto/transparency/merkle.h"

namespace amana::transparency {

class CompactRange {
 public:
  CompactRange() = default;  // the empty tree

  // FRONTIER_INVALID unless there is one node for each bit set in `size`.
  static absl::StatusOr<CompactRange> Create(uint64_t size, Hashes nodes);
  // The inverse of Serialise; FRONTIER_INVALID for anything else.
  static absl::StatusOr<CompactRange> Parse(std::string_view bytes);

  uint64_t size() const { return size_; }
  std::span<const Digest> nodes() const { return nodes_; }

  void Append(const Digest& leaf_hash);
  Digest Root() const;

  // 0x01 (format), size as 8 bytes big-endian, then the nodes, 32 bytes each, largest first.
  std::string Serialise() const;

  friend bool operator==(const CompactRange&, const CompactRange&) = default;

 private:
  uint64_t size_ = 0;
  Hashes nodes_;
};

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_COMPACT_RANGE_H_
