#include "proto/transparency/compact_range.h"

#include <gtest/gtest.h>

#include "proto/transparency/reference_tree_for_test.h"

namespace amana::transparency {
namespace {

TEST(CompactRangeTest, RootsEqualTheReferenceAtEverySize) {
  const Hashes leaves = testing::MakeLeaves(300);
  CompactRange range;
  EXPECT_EQ(range.Root(), EmptyRoot());
  for (size_t size = 1; size <= leaves.size(); ++size) {
    range.Append(leaves[size - 1]);
    EXPECT_EQ(range.size(), size);
    ASSERT_EQ(range.Root(), testing::Mth(testing::Leaves(leaves).first(size))) << size;
  }
}

TEST(CompactRangeTest, SerialisedFormComesBackAndGoesOn) {
  const Hashes leaves = testing::MakeLeaves(70);
  CompactRange range;
  for (const Digest& leaf : leaves) {
    absl::StatusOr<CompactRange> copy = CompactRange::Parse(range.Serialise());
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_EQ(*copy, range);
    copy->Append(leaf);
    range.Append(leaf);
    EXPECT_EQ(copy->Root(), range.Root());
  }
}

TEST(CompactRangeTest, ACopyIsASavepoint) {
  CompactRange range;
  for (const Digest& leaf : testing::MakeLeaves(11)) range.Append(leaf);
  const CompactRange savepoint = range;
  for (const Digest& leaf : testing::MakeLeaves(6, "other ")) range.Append(leaf);
  range = savepoint;
  EXPECT_EQ(range.size(), 11u);
  EXPECT_EQ(range.Root(), testing::Mth(testing::MakeLeaves(11)));
}

TEST(CompactRangeTest, RefusesWhatIsNotAFrontier) {
  CompactRange range;
  for (const Digest& leaf : testing::MakeLeaves(6)) range.Append(leaf);
  const std::string good = range.Serialise();
  std::string other_format = good;
  other_format[0] = 2;
  std::string other_size = good;
  other_size[8] = 7;  // three bits set, two nodes
  for (const std::string& bytes :
       {std::string(), good.substr(0, 8), good.substr(0, 9), good.substr(0, good.size() - 1),
        good.substr(0, 41), good + std::string(32, 'x'), other_format, other_size}) {
    const absl::StatusOr<CompactRange> parsed = CompactRange::Parse(bytes);
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(ErrorReason(parsed.status()), "FRONTIER_INVALID");
  }
  EXPECT_FALSE(CompactRange::Create(1, {}).ok());
  EXPECT_FALSE(CompactRange::Create(0, testing::MakeLeaves(1)).ok());
}

}  // namespace
}  // namespace amana::transparency
