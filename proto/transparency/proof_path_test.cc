#include "proto/transparency/proof_path.h"

#include <gtest/gtest.h>

#include <string>

namespace amana::transparency {
namespace {

// "level/index" for a complete node, "level/index~" for the right edge.
std::string Show(const PathNodes& path) {
  std::string text;
  for (const PathNode& node : path) {
    if (!text.empty()) text += ' ';
    text += std::to_string(node.level) + "/" + std::to_string(node.index);
    if (!node.complete) text += '~';
  }
  return text;
}

// The seven-leaf example of RFC 6962 section 2.1.3.
TEST(ProofPathTest, Rfc6962Example) {
  EXPECT_EQ(Show(InclusionPathNodes(0, 0, 7)), "0/1 1/1 2/1~");
  EXPECT_EQ(Show(InclusionPathNodes(0, 3, 7)), "0/2 1/0 2/1~");
  EXPECT_EQ(Show(InclusionPathNodes(0, 4, 7)), "0/5 1/3~ 2/0");
  EXPECT_EQ(Show(InclusionPathNodes(0, 6, 7)), "1/2 2/0");
  EXPECT_EQ(Show(ConsistencyPathNodes(3, 7)), "0/2 0/3 1/0 2/1~");
  EXPECT_EQ(Show(ConsistencyPathNodes(4, 7)), "2/1~");
  EXPECT_EQ(Show(ConsistencyPathNodes(6, 7)), "1/2 1/3~ 2/0");
}

TEST(ProofPathTest, SmallestAndLargest) {
  EXPECT_EQ(Show(InclusionPathNodes(0, 0, 1)), "");
  EXPECT_EQ(Show(ConsistencyPathNodes(0, 9)), "");
  EXPECT_EQ(Show(ConsistencyPathNodes(9, 9)), "");
  EXPECT_EQ(InclusionPathNodes(0, 0, UINT64_MAX).size(), 64u);
  EXPECT_EQ(ConsistencyPathNodes(1, UINT64_MAX).size(), 64u);
  EXPECT_EQ(ConsistencyPathNodes(3, UINT64_MAX).size(), 65u);
}

}  // namespace
}  // namespace amana::transparency
