#include "proto/transparency/tile_node_reader.h"

#include <gtest/gtest.h>

#include "proto/transparency/reference_tree_for_test.h"

namespace amana::transparency {
namespace {

// The tiles of a tree, by path; cuts wider ones down, as a reader of files would.
class FakeTiles final : public TileReader {
 public:
  explicit FakeTiles(testing::Leaves leaves) {
    testing::LeavesReader nodes(leaves);
    for (const TileId& tile : ChangedHashTiles(0, leaves.size())) {
      Hashes hashes;
      for (int i = 0; i < tile.width; ++i) {
        hashes.push_back(*nodes.Node(tile.level * kTileHeight, tile.index * kTileWidth + i));
      }
      tiles_[{tile.level, tile.index}] = EncodeHashTile(hashes);
    }
  }
  absl::StatusOr<std::string> Tile(int level, uint64_t index, int width) override {
    ++reads;
    const auto tile = tiles_.find({level, index});
    if (tile == tiles_.end()) return NodeUnavailable(level * kTileHeight, index);
    return tile->second.substr(0, width * Digest::kSize - cut);
  }
  void Remove(int level, uint64_t index) { tiles_.erase({level, index}); }

  int reads = 0;
  size_t cut = 0;

 private:
  std::map<std::pair<int, uint64_t>, std::string> tiles_;
};

TEST(TileNodeReaderTest, GivesTheNodesOfTheTree) {
  const Hashes leaves = testing::MakeLeaves(700);
  FakeTiles tiles(leaves);
  testing::LeavesReader reference(leaves);
  TileNodeReader reader(tiles, leaves.size());
  for (int level = 0; level < 10; ++level) {
    for (uint64_t index = 0; index < (leaves.size() >> level); ++index) {
      ASSERT_EQ(*reader.Node(level, index), *reference.Node(level, index)) << level << "/" << index;
    }
    const absl::StatusOr<Digest> beyond = reader.Node(level, leaves.size() >> level);
    EXPECT_EQ(ErrorReason(beyond.status()), "NODE_UNAVAILABLE");
  }
  EXPECT_EQ(tiles.reads, 4);  // three tiles of level 0, one of level 1, each once
  EXPECT_FALSE(reader.Node(-1, 0).ok());
  EXPECT_FALSE(reader.Node(64, 0).ok());
}

TEST(TileNodeReaderTest, ProofsFromTilesVerifyAtOlderSizesToo) {
  const Hashes leaves = testing::MakeLeaves(700);
  FakeTiles tiles(leaves);
  for (const size_t size : {1, 255, 256, 257, 511, 640, 700}) {
    const testing::Leaves tree(leaves.data(), size);
    TileNodeReader reader(tiles, size);
    for (size_t index = 0; index < size; index += 31) {
      const absl::StatusOr<Hashes> proof = BuildInclusionProof(reader, index, size);
      ASSERT_TRUE(proof.ok()) << proof.status();
      EXPECT_EQ(*proof, testing::Path(index, tree));
    }
    EXPECT_EQ(ReadFrontier(reader, size)->Root(), testing::Mth(tree));
    EXPECT_EQ(*BuildConsistencyProof(reader, size / 2, size),
              testing::ConsistencyProof(size / 2, tree));
  }
}

TEST(TileNodeReaderTest, CacheIsBounded) {
  const Hashes leaves = testing::MakeLeaves(70 * 256);
  FakeTiles tiles(leaves);
  TileNodeReader reader(tiles, leaves.size());
  for (int round = 0; round < 2; ++round) {
    for (uint64_t tile = 0; tile < 70; ++tile) {
      EXPECT_EQ(*reader.Node(0, tile * 256), leaves[tile * 256]);
    }
  }
  EXPECT_GT(tiles.reads, 70);
}

TEST(TileNodeReaderTest, MissingAndShortTilesAreNamed) {
  const Hashes leaves = testing::MakeLeaves(300);
  FakeTiles tiles(leaves);
  tiles.Remove(0, 1);
  TileNodeReader reader(tiles, leaves.size());
  EXPECT_EQ(ErrorReason(reader.Node(0, 299).status()), "NODE_UNAVAILABLE");
  tiles.cut = 1;
  EXPECT_EQ(ErrorReason(reader.Node(0, 0).status()), "TILE_INVALID");
}

}  // namespace
}  // namespace amana::transparency
