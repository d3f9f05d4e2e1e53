#include "proto/transparency/tile.h"

#include <gtest/gtest.h>

#include <map>

#include "base/status.h"
#include "proto/transparency/reference_tree_for_test.h"
#include "tests/support/shared.h"
#include "tests/vectors/tlog_log.h"

namespace amana::transparency {
namespace {

TEST(TilePathTest, ReadsBackWhatItWrites) {
  const std::vector<std::pair<TileId, std::string>> table = {
      {{0, 0, 256}, "tile/0/000"},
      {{0, 0, 1}, "tile/0/000.p/1"},
      {{1, 999, 255}, "tile/1/999.p/255"},
      {{3, 1000, 256}, "tile/3/x001/000"},
      {{0, 1234067, 256}, "tile/0/x001/x234/067"},  // the standard's example
      {{kEntriesLevel, 1234067, 17}, "tile/entries/x001/x234/067.p/17"},
      {{63, 5, 256}, "tile/63/005"},
      {{0, UINT64_MAX, 256}, "tile/0/x018/x446/x744/x073/x709/x551/615"},
  };
  for (const auto& [tile, path] : table) {
    EXPECT_EQ(TilePath(tile), path);
    const absl::StatusOr<TileId> parsed = ParseTilePath(path);
    ASSERT_TRUE(parsed.ok()) << path;
    EXPECT_EQ(*parsed, tile) << path;
  }
}

TEST(TilePathTest, RefusesEveryOtherSpelling) {
  for (const std::string_view path : {"",
                                      "tile",
                                      "tile/",
                                      "tile/0",
                                      "tile/0/",
                                      "/tile/0/000",
                                      "tile/00/000",
                                      "tile/64/000",
                                      "tile/-1/000",
                                      "tile/0/0",
                                      "tile/0/00",
                                      "tile/0/0000",
                                      "tile/0/1000",
                                      "tile/0/001/000",
                                      "tile/0/x000/001",
                                      "tile/0/x001",
                                      "tile/0/x001/x000",
                                      "tile/0/X001/000",
                                      "tile/0/000.p/0",
                                      "tile/0/000.p/256",
                                      "tile/0/000.p/01",
                                      "tile/0/000.p/",
                                      "tile/0/000.p",
                                      "tile/0/000.p/1/",
                                      "tile/0/000.p/1.p/1",
                                      "tile/0/000/",
                                      "tile/0//000",
                                      "tile/entries/",
                                      "tile/entry/000",
                                      "tile/0/../000",
                                      "tile/0/x018/x446/x744/x073/x709/x551/616"}) {
    EXPECT_EQ(ErrorReason(ParseTilePath(path).status()), "TILE_PATH_MALFORMED") << path;
  }
}

// The standard's own example: size 70,000.
TEST(TileSetTest, SeventyThousandLeaves) {
  std::map<int, int> full;
  std::map<int, int> partial;
  for (const TileId& tile : ChangedHashTiles(0, 70000)) {
    if (tile.width == kTileWidth) ++full[tile.level];
    if (tile.width != kTileWidth) partial[tile.level] = tile.width;
  }
  EXPECT_EQ(full, (std::map<int, int>{{0, 273}, {1, 1}}));
  EXPECT_EQ(partial, (std::map<int, int>{{0, 112}, {1, 17}, {2, 1}}));
  EXPECT_EQ(ChangedEntryBundles(0, 70000).size(), 274u);
}

TEST(TileSetTest, OnlyWhatChanges) {
  using Tiles = std::vector<TileId>;
  EXPECT_EQ(ChangedHashTiles(5, 5), Tiles());
  EXPECT_EQ(ChangedHashTiles(6, 5), Tiles());
  EXPECT_EQ(ChangedHashTiles(0, 0), Tiles());
  EXPECT_EQ(ChangedHashTiles(3, 5), (Tiles{{0, 0, 5}}));
  EXPECT_EQ(ChangedHashTiles(255, 256), (Tiles{{0, 0, 256}, {1, 0, 1}}));
  EXPECT_EQ(ChangedHashTiles(256, 257), (Tiles{{0, 1, 1}}));
  EXPECT_EQ(ChangedHashTiles(250, 520), (Tiles{{0, 0, 256}, {0, 1, 256}, {0, 2, 8}, {1, 0, 2}}));
  EXPECT_EQ(ChangedHashTiles(65535, 65536), (Tiles{{0, 255, 256}, {1, 0, 256}, {2, 0, 1}}));
  EXPECT_EQ(ChangedEntryBundles(250, 260), (Tiles{{kEntriesLevel, 0, 256}, {kEntriesLevel, 1, 4}}));
  EXPECT_FALSE(ChangedHashTiles(UINT64_MAX - 1, UINT64_MAX).empty());
}

// Applying every step's changes gives the tiles of the last size.
TEST(TileSetTest, StepsAddUp) {
  std::map<std::pair<int, uint64_t>, int> widths;
  uint64_t size = 0;
  for (const uint64_t next : {1, 7, 255, 256, 300, 511, 513, 1030, 66000, 66001}) {
    for (const TileId& tile : ChangedHashTiles(size, next)) {
      widths[{tile.level, tile.index}] = tile.width;
    }
    size = next;
    std::map<std::pair<int, uint64_t>, int> whole;
    for (const TileId& tile : ChangedHashTiles(0, size)) {
      whole[{tile.level, tile.index}] = tile.width;
      EXPECT_EQ(TileWidthAt(tile.level, tile.index, size), tile.width);
    }
    EXPECT_EQ(widths, whole) << size;
  }
  EXPECT_EQ(TileWidthAt(0, 1, 256), 0);
  EXPECT_EQ(TileWidthAt(0, 2, 256), 0);
  EXPECT_EQ(TileWidthAt(9, 0, UINT64_MAX), 0);
}

TEST(HashTileTest, RoundTripAndLength) {
  const Hashes hashes = testing::MakeLeaves(17);
  const std::string bytes = EncodeHashTile(hashes);
  EXPECT_EQ(bytes.size(), 17u * 32);
  EXPECT_EQ(*DecodeHashTile(bytes, 17), hashes);
  EXPECT_EQ(ErrorReason(DecodeHashTile(bytes, 16).status()), "TILE_INVALID");
  EXPECT_FALSE(DecodeHashTile("", 0).ok());
  EXPECT_FALSE(DecodeHashTile(std::string(257 * 32, 'x'), 257).ok());
}

TEST(EntryBundleTest, RoundTripAndLimits) {
  const std::vector<std::string> entries = {"", "one", std::string(300, 'x'),
                                            std::string(kMaxEntryBytes, 'y')};
  const absl::StatusOr<std::string> bytes = EncodeEntryBundle(entries);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(*DecodeEntryBundle(*bytes, 4), entries);
  const std::string_view all(*bytes);
  for (const std::string_view wrong :
       {all.substr(0, all.size() - 1), all.substr(0, 1), all.substr(0, 2), std::string_view()}) {
    EXPECT_EQ(ErrorReason(DecodeEntryBundle(wrong, 4).status()), "TILE_INVALID");
  }
  EXPECT_FALSE(DecodeEntryBundle(*bytes, 3).ok());
  EXPECT_FALSE(DecodeEntryBundle(*bytes, 5).ok());
  EXPECT_FALSE(DecodeEntryBundle("", 0).ok());
  const std::vector<std::string> large = {std::string(kMaxEntryBytes + 1, 'z')};
  EXPECT_EQ(ErrorReason(EncodeEntryBundle(large).status()), "ENTRY_TOO_LARGE");
}

// The foreign log's files, when they are there, are what we would write.
TEST(TileSharedTest, ForeignLogsFilesAreOurs) {
  const auto root = tests::SharedFile("vectors/tlog");
  if (!root) return;  // the table below in tlog_proof_test covers the same log
  Hashes leaves;
  std::vector<std::string> entries;
  for (const std::string_view entry : tests::kLogEntries) {
    leaves.push_back(HashLeaf(entry));
    entries.emplace_back(entry);
    const int width = static_cast<int>(leaves.size());
    EXPECT_EQ(tests::ReadWhole(*root / TilePath({0, 0, width})), EncodeHashTile(leaves));
    EXPECT_EQ(tests::ReadWhole(*root / TilePath({kEntriesLevel, 0, width})),
              *EncodeEntryBundle(entries));
  }
}

}  // namespace
}  // namespace amana::transparency
