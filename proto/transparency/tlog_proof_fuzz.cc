// Receipts: a tlog-proof has one spelling, and proves of a leaf only that it is where it is.
#include <string>

#include "base/status.h"
#include "proto/crypto/ed25519.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/reference_tree_for_test.h"
#include "proto/transparency/tlog_proof.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

using transparency::Hashes;
using transparency::TlogProof;
namespace reference = transparency::testing;

constexpr std::string_view kOrigin = "log.synthetic.example";
constexpr size_t kSize = 11;

const Hashes& Leaves() {
  static const auto* const leaves = new Hashes(reference::MakeLeaves(kSize));
  return *leaves;
}

const transparency::NoteSigner& Log() {
  static const auto* const log = new transparency::NoteSigner(
      transparency::NoteSigner::Create(
          kOrigin,
          crypto::Ed25519PrivateKey::FromSeed(crypto::Secret(std::string(32, 'l'))).value())
          .value());
  return *log;
}

std::string ProofOf(size_t index, std::string_view extra) {
  TlogProof proof;
  proof.index = index;
  proof.path = reference::Path(index, Leaves());
  proof.checkpoint =
      transparency::SignCheckpoint(
          *transparency::Checkpoint::Create(kOrigin, kSize, reference::Mth(Leaves())), Log())
          .value();
  proof.extra = std::string(extra);
  return transparency::FormatTlogProof(proof);
}

bool CheckProof(size_t leaf, std::string_view text) {
  const auto proof = transparency::ParseTlogProof(text);
  if (!proof.ok()) {
    return RequireRefusal(proof.status(), absl::StatusCode::kInvalidArgument);
  }
  Require(transparency::FormatTlogProof(*proof) == text, "a proof has one spelling");
  const auto verified = transparency::VerifyTlogProof(*proof, Leaves()[leaf], Log().verifier());
  if (!verified.ok()) return RequireReason(verified.status());
  Require(proof->index == leaf && proof->path == reference::Path(leaf, Leaves()),
          "a leaf is proven where it is, by its path alone");
  return true;
}

// The tree's own verification with sizes of up to 64 bits, against what its roots say.
bool CheckConsistency(Input input) {
  const size_t old_size = input.Choice(kSize + 1);
  const uint64_t claimed = input.Byte() % 2 == 0 ? kSize : input.Number(8);
  Hashes path;
  for (std::string_view rest = input.Rest(); rest.size() >= Digest::kSize && path.size() < 70;
       rest.remove_prefix(Digest::kSize)) {
    path.push_back(Digest::FromBytes(rest.substr(0, Digest::kSize)).value());
  }
  const Digest old_root = reference::Mth(std::span(Leaves()).first(old_size));
  const absl::Status status =
      transparency::VerifyConsistency(old_size, claimed, old_root, reference::Mth(Leaves()), path);
  if (!status.ok()) return RequireRefusal(status, absl::StatusCode::kPermissionDenied);
  Require(old_size == 0 || (claimed == kSize && old_size == kSize) ||
              path == reference::ConsistencyProof(old_size, Leaves()),
          "consistency is proven by its path alone");
  return true;
}

std::string ConsistencySeed(size_t old_size) {
  std::string seed = "\xff";
  seed += static_cast<char>(old_size);
  seed += '\0';
  for (const Digest& hash : reference::ConsistencyProof(old_size, Leaves())) seed += hash.view();
  return seed;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = new std::vector<std::string>{
      '\0' + ProofOf(0, ""), '\7' + ProofOf(7, "opaque"), '\x0a' + ProofOf(10, ""),
      ConsistencySeed(4), ConsistencySeed(7)};
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  const uint8_t first = input.Byte();
  if (first == 0xff) return CheckConsistency(input);
  CheckProof(first % kSize, input.Rest());
  return true;
}

}  // namespace amana::fuzz
