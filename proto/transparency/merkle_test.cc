#include "proto/transparency/merkle.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "proto/transparency/reference_tree_for_test.h"
#include "proto/transparency/text.h"
#include "tests/support/shared.h"
#include "tests/vectors/merkle_proofs.h"

namespace amana::transparency {
namespace {

using ::amana::tests::ConsistencyVector;
using ::amana::tests::InclusionVector;

// A root or leaf hash that is not 32 bytes cannot even be asked about.
std::optional<Digest> FromHexOrNothing(std::string_view hex) {
  const absl::StatusOr<Digest> digest = Digest::FromHexString(hex);
  return digest.ok() ? std::optional(*digest) : std::nullopt;
}

std::optional<Hashes> PathFromHex(const std::vector<std::string_view>& hexes) {
  Hashes path;
  for (const std::string_view hex : hexes) {
    const std::optional<Digest> hash = FromHexOrNothing(hex);
    if (!hash) return std::nullopt;
    path.push_back(*hash);
  }
  return path;
}

Digest FlipBit(Digest digest, size_t bit) {
  digest.data()[bit / 8 % Digest::kSize] ^= static_cast<uint8_t>(1 << bit % 8);
  return digest;
}

TEST(MerkleHashTest, ReferenceTreeHasThePublishedRoots) {
  Hashes leaves;
  EXPECT_EQ(EmptyRoot().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (size_t i = 0; i < tests::kReferenceLeaves.size(); ++i) {
    leaves.push_back(HashLeaf(*FromHex(tests::kReferenceLeaves[i])));
    EXPECT_EQ(testing::Mth(leaves).hex(), tests::kReferenceRoots[i]) << i + 1 << " leaves";
  }
}

TEST(MerkleVectorTest, Inclusion) {
  for (const InclusionVector& v : tests::kInclusionVectors) {
    const auto root = FromHexOrNothing(v.root);
    const auto leaf = FromHexOrNothing(v.leaf_hash);
    const auto path = PathFromHex(v.path);
    const bool good =
        root && leaf && path && VerifyInclusion(v.index, v.size, *leaf, *path, *root).ok();
    EXPECT_EQ(good, !v.wrong) << v.name;
  }
}

TEST(MerkleVectorTest, Consistency) {
  for (const ConsistencyVector& v : tests::kConsistencyVectors) {
    const auto before = FromHexOrNothing(v.old_root);
    const auto after = FromHexOrNothing(v.new_root);
    const auto path = PathFromHex(v.path);
    const bool good = before && after && path &&
                      VerifyConsistency(v.old_size, v.new_size, *before, *after, *path).ok();
    EXPECT_EQ(good, !v.wrong) << v.name;
  }
}

// Every file of the shared vectors, when they are there.
class SharedVectors {
 public:
  explicit SharedVectors(std::string_view folder) {
    const auto root = tests::SharedFile(folder);
    if (!root) return;
    for (const auto& file : std::filesystem::recursive_directory_iterator(*root)) {
      if (file.path().extension() != ".json") continue;
      files.emplace_back(file.path().string(),
                         nlohmann::json::parse(tests::ReadWhole(file.path())));
    }
    EXPECT_GT(files.size(), 30u);
  }
  std::vector<std::pair<std::string, nlohmann::json>> files;
};

std::optional<Hashes> PathFromJson(const nlohmann::json& proof) {
  Hashes path;
  for (const auto& item : proof) {  // null is an empty path
    const std::optional<Digest> hash = DecodeBase64Digest(item.get<std::string>());
    if (!hash) return std::nullopt;
    path.push_back(*hash);
  }
  return path;
}

TEST(MerkleSharedTest, Inclusion) {
  for (const auto& [name, v] : SharedVectors("vectors/merkle/inclusion").files) {
    const auto root = DecodeBase64Digest(v["root"].get<std::string>());
    const auto leaf = DecodeBase64Digest(v["leafHash"].get<std::string>());
    const auto path = PathFromJson(v["proof"]);
    const bool good = root && leaf && path &&
                      VerifyInclusion(v["leafIdx"], v["treeSize"], *leaf, *path, *root).ok();
    EXPECT_EQ(good, !v["wantErr"].get<bool>()) << name;
  }
}

TEST(MerkleSharedTest, Consistency) {
  for (const auto& [name, v] : SharedVectors("vectors/merkle/consistency").files) {
    const auto before = DecodeBase64Digest(v["root1"].get<std::string>());
    const auto after = DecodeBase64Digest(v["root2"].get<std::string>());
    const auto path = PathFromJson(v["proof"]);
    const bool good = before && after && path &&
                      VerifyConsistency(v["size1"], v["size2"], *before, *after, *path).ok();
    EXPECT_EQ(good, !v["wantErr"].get<bool>()) << name;
  }
}

TEST(MerkleTest, EmptyTrees) {
  const Digest root = HashLeaf("x");
  EXPECT_TRUE(VerifyConsistency(0, 0, EmptyRoot(), EmptyRoot(), {}).ok());
  EXPECT_TRUE(VerifyConsistency(0, 1, EmptyRoot(), root, {}).ok());
  EXPECT_EQ(ErrorReason(VerifyConsistency(0, 1, root, root, {})), "PROOF_INVALID");
  EXPECT_EQ(ErrorReason(VerifyConsistency(0, 0, root, root, {})), "PROOF_INVALID");
  EXPECT_EQ(ErrorReason(VerifyConsistency(0, 1, EmptyRoot(), root, Hashes{root})), "PROOF_INVALID");
  EXPECT_EQ(ErrorReason(VerifyInclusion(0, 0, root, {}, root)), "PROOF_INVALID");
}

TEST(MerkleTest, HugeSizesDoNotOverflow) {
  const Digest hash = HashLeaf("x");
  const Hashes path(70, hash);
  EXPECT_FALSE(VerifyInclusion(UINT64_MAX - 1, UINT64_MAX, hash, path, hash).ok());
  EXPECT_FALSE(VerifyConsistency(uint64_t{1} << 63, UINT64_MAX, hash, hash, path).ok());
  EXPECT_TRUE(RootFromInclusionPath(0, UINT64_MAX, hash, Hashes(64, hash)).ok());
}

// Any single changed bit, and any missing or added hash, is refused.
TEST(MerklePropertyTest, ChangedInclusionProofsFail) {
  for (const size_t size : {1, 2, 3, 7, 8, 13, 64, 65, 300}) {
    const Hashes leaves = testing::MakeLeaves(size);
    const Digest root = testing::Mth(leaves);
    for (size_t index = 0; index < size; index += 1 + size / 9) {
      Hashes path = testing::Path(index, leaves);
      ASSERT_TRUE(VerifyInclusion(index, size, leaves[index], path, root).ok());
      const size_t bit = index * 37 + size;
      EXPECT_FALSE(VerifyInclusion(index, size, FlipBit(leaves[index], bit), path, root).ok());
      EXPECT_FALSE(VerifyInclusion(index, size, leaves[index], path, FlipBit(root, bit)).ok());
      for (size_t i = 0; i < path.size(); ++i) {
        Hashes changed = path;
        changed[i] = FlipBit(changed[i], bit);
        EXPECT_FALSE(VerifyInclusion(index, size, leaves[index], changed, root).ok());
      }
      for (uint64_t other = 0; other < size; ++other) {
        const bool same = other == index;
        EXPECT_EQ(VerifyInclusion(other, size, leaves[index], path, root).ok(), same);
      }
      path.push_back(root);
      EXPECT_FALSE(VerifyInclusion(index, size, leaves[index], path, root).ok());
      path.resize(path.size() - 1);
      if (path.empty()) continue;
      path.pop_back();
      EXPECT_FALSE(VerifyInclusion(index, size, leaves[index], path, root).ok());
    }
  }
}

TEST(MerklePropertyTest, ChangedConsistencyProofsFail) {
  const Hashes leaves = testing::MakeLeaves(70);
  for (size_t to = 1; to <= leaves.size(); ++to) {
    const testing::Leaves tree(leaves.data(), to);
    const Digest root = testing::Mth(tree);
    for (size_t from = 1; from < to; ++from) {
      const Digest old_root = testing::Mth(tree.first(from));
      const Hashes path = testing::ConsistencyProof(from, tree);
      ASSERT_TRUE(VerifyConsistency(from, to, old_root, root, path).ok());
      const size_t bit = from * 41 + to;
      EXPECT_FALSE(VerifyConsistency(from, to, FlipBit(old_root, bit), root, path).ok());
      EXPECT_FALSE(VerifyConsistency(from, to, old_root, FlipBit(root, bit), path).ok());
      EXPECT_FALSE(VerifyConsistency(to, from, root, old_root, path).ok());
      for (size_t i = 0; i < path.size(); ++i) {
        Hashes changed = path;
        changed[i] = FlipBit(changed[i], bit);
        EXPECT_FALSE(VerifyConsistency(from, to, old_root, root, changed).ok());
      }
    }
  }
}

}  // namespace
}  // namespace amana::transparency
