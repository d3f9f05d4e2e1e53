#include "proto/transparency/tree_batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>

#include "proto/transparency/reference_tree_for_test.h"

namespace amana::transparency {
namespace {

CompactRange FrontierOf(testing::Leaves leaves) {
  CompactRange range;
  for (const Digest& leaf : leaves) range.Append(leaf);
  return range;
}

// Everything the batch says at its end is what the whole tree says.
void ExpectMatchesReference(TreeBatch& batch, testing::Leaves tree) {
  ASSERT_EQ(batch.size(), tree.size());
  const Digest root = testing::Mth(tree);
  ASSERT_EQ(batch.Root(), root);
  EXPECT_EQ(batch.Frontier(), FrontierOf(tree));
  EXPECT_EQ(batch.ConsistencyProof(), testing::ConsistencyProof(batch.start_size(), tree));
  ASSERT_EQ(batch.leaf_hashes().size(), tree.size() - batch.start_size());
  testing::LeavesReader reader(tree);
  for (uint64_t index = batch.start_size(); index < tree.size(); ++index) {
    EXPECT_EQ(batch.leaf_hashes()[index - batch.start_size()], tree[index]);
    const absl::StatusOr<Hashes> proof = batch.InclusionProof(index);
    ASSERT_TRUE(proof.ok()) << proof.status();
    ASSERT_EQ(*proof, testing::Path(index, tree));
    ASSERT_EQ(*proof, *BuildInclusionProof(reader, index, tree.size()));
    ASSERT_TRUE(VerifyInclusion(index, tree.size(), tree[index], *proof, root).ok());
  }
}

TEST(TreeBatchTest, EveryStartAndLengthUpToForty) {
  const Hashes leaves = testing::MakeLeaves(80);
  for (size_t start = 0; start <= 40; ++start) {
    const CompactRange frontier = FrontierOf(testing::Leaves(leaves).first(start));
    for (size_t count = 0; count <= 40; ++count) {
      TreeBatch batch(frontier);
      for (size_t i = start; i < start + count; ++i) EXPECT_EQ(batch.Append(leaves[i]), i);
      ExpectMatchesReference(batch, testing::Leaves(leaves).first(start + count));
    }
  }
}

TEST(TreeBatchTest, ChainOfRandomBatchesReusingTheMemory) {
  std::mt19937 random(20240607);
  const Hashes leaves = testing::MakeLeaves(300);
  TreeBatch batch{CompactRange()};
  size_t size = 0;
  while (size < leaves.size()) {
    const size_t end = std::min<size_t>(size + random() % 65, leaves.size());
    for (; size < end; ++size) batch.Append(leaves[size]);
    ExpectMatchesReference(batch, testing::Leaves(leaves).first(size));
    batch.Restart(batch.Frontier());
    EXPECT_EQ(batch.start_size(), size);
    EXPECT_TRUE(batch.leaf_hashes().empty());
  }
}

TEST(TreeBatchTest, TruncationRestores) {
  std::mt19937 random(7);
  const Hashes leaves = testing::MakeLeaves(200);
  const Hashes dropped = testing::MakeLeaves(200, "rolled back ");
  for (const size_t start : {0, 1, 5, 8, 63, 64, 100}) {
    TreeBatch batch(FrontierOf(testing::Leaves(leaves).first(start)));
    for (size_t size = start; size < start + 60; ++size) {
      const uint64_t mark = batch.size();
      for (size_t i = random() % 20; i > 0; --i) batch.Append(dropped[i]);
      if (random() % 2 == 0) batch.Root();  // a cached root must not survive
      ASSERT_TRUE(batch.Truncate(mark).ok());
      ASSERT_EQ(batch.Append(leaves[size]), size);
    }
    ExpectMatchesReference(batch, testing::Leaves(leaves).first(start + 60));
    ASSERT_TRUE(batch.Truncate(start).ok());
    ExpectMatchesReference(batch, testing::Leaves(leaves).first(start));
  }
}

TEST(TreeBatchTest, RefusesWhatIsNotOfTheBatch) {
  const Hashes leaves = testing::MakeLeaves(10);
  TreeBatch batch(FrontierOf(testing::Leaves(leaves).first(6)));
  batch.Append(leaves[6]);
  EXPECT_EQ(ErrorReason(batch.Truncate(5)), "OUT_OF_RANGE");
  EXPECT_EQ(ErrorReason(batch.Truncate(8)), "OUT_OF_RANGE");
  EXPECT_EQ(ErrorReason(batch.InclusionProof(5).status()), "OUT_OF_RANGE");
  EXPECT_EQ(ErrorReason(batch.InclusionProof(7).status()), "OUT_OF_RANGE");
  EXPECT_TRUE(batch.InclusionProof(6).ok());
}

// A start near 2^63 costs no memory and no overflow: only the frontier is known.
TEST(TreeBatchTest, WorksAtHugeSizes) {
  const uint64_t size = (uint64_t{1} << 63) - 3;
  Hashes nodes = testing::MakeLeaves(std::popcount(size));
  TreeBatch batch(*CompactRange::Create(size, nodes));
  for (const Digest& leaf : testing::MakeLeaves(9, "new ")) batch.Append(leaf);
  const Digest root = batch.Root();
  for (uint64_t index = size; index < batch.size(); ++index) {
    const absl::StatusOr<Hashes> proof = batch.InclusionProof(index);
    ASSERT_TRUE(proof.ok());
    EXPECT_TRUE(
        VerifyInclusion(index, batch.size(), batch.leaf_hashes()[index - size], *proof, root).ok());
  }
}

}  // namespace
}  // namespace amana::transparency
