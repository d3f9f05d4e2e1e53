#include "proto/transparency/compact_range.h"

#include <bit>
#include <utility>

#include "proto/transparency/errors.h"

namespace amana::transparency {
namespace {

constexpr char kFormat = 0x01;
constexpr size_t kHeaderBytes = 9;

}  // namespace

absl::StatusOr<CompactRange> CompactRange::Create(uint64_t size, Hashes nodes) {
  if (nodes.size() != static_cast<size_t>(std::popcount(size))) {
    return FrontierInvalid("a frontier has one node for each bit set in its size");
  }
  CompactRange range;
  range.size_ = size;
  range.nodes_ = std::move(nodes);
  return range;
}

absl::StatusOr<CompactRange> CompactRange::Parse(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || bytes[0] != kFormat) {
    return FrontierInvalid("unknown frontier format");
  }
  uint64_t size = 0;
  for (size_t i = 1; i < kHeaderBytes; ++i) size = size << 8 | static_cast<uint8_t>(bytes[i]);
  bytes.remove_prefix(kHeaderBytes);
  if (bytes.size() % Digest::kSize != 0) return FrontierInvalid("the frontier is cut short");
  Hashes nodes;
  nodes.reserve(bytes.size() / Digest::kSize);
  for (; !bytes.empty(); bytes.remove_prefix(Digest::kSize)) {
    AMANA_ASSIGN_OR_RETURN(const Digest node, Digest::FromBytes(bytes.substr(0, Digest::kSize)));
    nodes.push_back(node);
  }
  return Create(size, std::move(nodes));
}

void CompactRange::Append(const Digest& leaf_hash) {
  Digest node = leaf_hash;
  for (uint64_t rest = size_; (rest & 1) != 0; rest >>= 1) {
    node = HashNode(nodes_.back(), node);
    nodes_.pop_back();
  }
  nodes_.push_back(node);
  ++size_;
}

Digest CompactRange::Root() const {
  if (nodes_.empty()) return EmptyRoot();
  Digest root = nodes_.back();
  for (size_t i = nodes_.size() - 1; i > 0; --i) root = HashNode(nodes_[i - 1], root);
  return root;
}

std::string CompactRange::Serialise() const {
  std::string bytes(1, kFormat);
  bytes.reserve(kHeaderBytes + nodes_.size() * Digest::kSize);
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(size_ >> shift));
  for (const Digest& node : nodes_) bytes += node.view();
  return bytes;
}

}  // namespace amana::transparency
