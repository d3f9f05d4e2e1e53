#include "proto/transparency/proof_builder.h"

#include <gtest/gtest.h>

#include "proto/transparency/reference_tree_for_test.h"

namespace amana::transparency {
namespace {

TEST(ProofBuilderTest, InclusionProofsEqualTheReferenceAndVerify) {
  const Hashes leaves = testing::MakeLeaves(300);
  testing::LeavesReader reader(leaves);
  for (size_t size = 1; size <= leaves.size(); size += size < 70 ? 1 : 23) {
    const testing::Leaves tree(leaves.data(), size);
    const Digest root = testing::Mth(tree);
    for (size_t index = 0; index < size; ++index) {
      const absl::StatusOr<Hashes> proof = BuildInclusionProof(reader, index, size);
      ASSERT_TRUE(proof.ok()) << proof.status();
      ASSERT_EQ(*proof, testing::Path(index, tree)) << index << " of " << size;
      ASSERT_TRUE(VerifyInclusion(index, size, leaves[index], *proof, root).ok());
    }
  }
}

TEST(ProofBuilderTest, ConsistencyProofsEqualTheReferenceAndVerify) {
  const Hashes leaves = testing::MakeLeaves(300);
  testing::LeavesReader reader(leaves);
  for (size_t to = 0; to <= leaves.size(); to += to < 40 ? 1 : 37) {
    const testing::Leaves tree(leaves.data(), to);
    const Digest root = testing::Mth(tree);
    for (size_t from = 0; from <= to; ++from) {
      const absl::StatusOr<Hashes> proof = BuildConsistencyProof(reader, from, to);
      ASSERT_TRUE(proof.ok()) << proof.status();
      ASSERT_EQ(*proof, testing::ConsistencyProof(from, tree)) << from << " to " << to;
      const Digest old_root = testing::Mth(tree.first(from));
      ASSERT_TRUE(VerifyConsistency(from, to, old_root, root, *proof).ok());
    }
  }
}

TEST(ProofBuilderTest, FrontierGivesTheRoot) {
  const Hashes leaves = testing::MakeLeaves(300);
  testing::LeavesReader reader(leaves);
  CompactRange appended;
  for (size_t size = 0; size <= leaves.size(); ++size) {
    const absl::StatusOr<CompactRange> read = ReadFrontier(reader, size);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, appended);
    if (size < leaves.size()) appended.Append(leaves[size]);
  }
}

TEST(ProofBuilderTest, ArgumentsAndMissingNodesAreNamed) {
  const Hashes leaves = testing::MakeLeaves(5);
  testing::LeavesReader reader(leaves);
  EXPECT_EQ(ErrorReason(BuildInclusionProof(reader, 5, 5).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ErrorReason(BuildInclusionProof(reader, 0, 0).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ErrorReason(BuildConsistencyProof(reader, 5, 4).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ErrorReason(BuildInclusionProof(reader, 0, 9).status()), "NODE_UNAVAILABLE");
  EXPECT_EQ(ErrorReason(ReadFrontier(reader, 6).status()), "NODE_UNAVAILABLE");
}

}  // namespace
}  // namespace amana::transparency
