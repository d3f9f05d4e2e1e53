#include "agency-adapters/sdk/log_replay.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "agency-adapters/sdk/errors.h"
#include "base/status.h"
#include "base/testing.h"
#include "proto/transparency/compact_range.h"
#include "proto/transparency/tile.h"

namespace amana::sdk {
namespace {

using transparency::CompactRange;
using transparency::Hashes;
using transparency::kTileWidth;
using transparency::TileId;

// More than two windows of bundles, and a partial one.
constexpr uint64_t kSize = 3 * 64 * 256 + 300;

std::string EntryAt(uint64_t index) { return "entry " + std::to_string(index); }

// The log in a folder, by the definition of tiles.
class LogReplayTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    std::vector<Hashes> levels(1);
    for (uint64_t i = 0; i < kSize; ++i) levels[0].push_back(transparency::HashLeaf(EntryAt(i)));
    for (size_t level = 0; levels[level].size() >= kTileWidth; ++level) {
      levels.emplace_back();
      for (size_t i = 0; i + kTileWidth <= levels[level].size(); i += kTileWidth) {
        CompactRange range;
        for (size_t j = 0; j < kTileWidth; ++j) range.Append(levels[level][i + j]);
        levels[level + 1].push_back(range.Root());
      }
    }
    for (const TileId& tile : transparency::ChangedHashTiles(0, kSize)) {
      const Hashes& all = levels[static_cast<size_t>(tile.level)];
      const auto from = all.begin() + static_cast<int64_t>(tile.index * kTileWidth);
      Write(tile, transparency::EncodeHashTile(Hashes(from, from + tile.width)));
    }
    for (const TileId& tile : transparency::ChangedEntryBundles(0, kSize)) {
      std::vector<std::string> entries;
      for (int i = 0; i < tile.width; ++i) {
        entries.push_back(EntryAt(tile.index * kTileWidth + static_cast<uint64_t>(i)));
      }
      Write(tile, transparency::EncodeEntryBundle(entries).value());
    }
    for (const Digest& leaf : levels[0]) {
      tree_->Append(leaf);
      roots_->push_back(tree_->Root());
    }
  }
  static void TearDownTestSuite() {
    delete dir_;
    delete tree_;
    delete roots_;
  }
  static void Write(const TileId& tile, const std::string& bytes) {
    const std::filesystem::path path = dir_->File(transparency::TilePath(tile));
    std::filesystem::create_directories(path.parent_path());
    AMANA_ASSERT_OK(RealFileSystem().WriteAtomically(path, bytes, kPublicFile));
  }
  static absl::StatusOr<Replayed> Replay(uint64_t size, const ReplayWanted& wanted = {}) {
    return ReplayLog(RealFileSystem(), dir_->path(), size, wanted);
  }
  static Digest RootAt(uint64_t size) {
    return size == 0 ? transparency::EmptyRoot() : roots_->at(size - 1);
  }
  // One file with other bytes, or gone, while `during` runs.
  template <class During>
  static void With(const TileId& tile, const std::string* bytes, During during) {
    const std::string path = dir_->File(transparency::TilePath(tile));
    const std::string before = RealFileSystem().Read(path).value();
    if (bytes != nullptr) {
      Write(tile, *bytes);
    } else {
      AMANA_ASSERT_OK(RealFileSystem().Remove(path));
    }
    during();
    Write(tile, before);
  }

  static TempDir* dir_;
  static CompactRange* tree_;
  static Hashes* roots_;
};
TempDir* LogReplayTest::dir_ = nullptr;
CompactRange* LogReplayTest::tree_ = new CompactRange;
Hashes* LogReplayTest::roots_ = new Hashes;

TEST_F(LogReplayTest, AnySizeHasItsRoot) {
  ReplayWanted wanted;
  wanted.sizes = {0, 1, 255, 256, 257, 511, 16383, 16384, 16385, 32768, 40000, kSize, kSize + 1};
  wanted.entries = {0, 255, 256, 16384, kSize - 1, kSize};
  const auto replayed = Replay(kSize, wanted);
  AMANA_ASSERT_OK(replayed);
  AMANA_EXPECT_OK(replayed->tiled);
  EXPECT_EQ(replayed->root, RootAt(kSize));
  EXPECT_EQ(replayed->roots.size(), wanted.sizes.size() - 1);  // but the one beyond
  for (const auto& [size, root] : replayed->roots) EXPECT_EQ(root, RootAt(size)) << size;
  EXPECT_EQ(replayed->leaves.size(), wanted.entries.size() - 1);
  for (const auto& [index, leaf] : replayed->leaves) {
    EXPECT_EQ(leaf, transparency::HashLeaf(EntryAt(index)));
  }
  EXPECT_EQ(replayed->tiles, transparency::ChangedHashTiles(0, kSize).size());
  for (const uint64_t size : {0, 1, 256, 16384, 16385, 32768}) {
    EXPECT_EQ(Replay(size)->root, RootAt(size)) << size;
  }
}

TEST_F(LogReplayTest, EntriesComeInOrderUntilSomebodyHasSeenEnough) {
  uint64_t next = 0;
  ReplayWanted wanted;
  wanted.on_entry = [&](uint64_t index, const std::string& entry) {
    EXPECT_EQ(index, next++);
    EXPECT_EQ(entry, EntryAt(index));
    return absl::OkStatus();
  };
  AMANA_ASSERT_OK(Replay(kSize, wanted));
  EXPECT_EQ(next, kSize);
  wanted.on_entry = [](uint64_t index, const std::string&) {
    return index < 20000 ? absl::OkStatus() : absl::CancelledError("enough");
  };
  EXPECT_TRUE(absl::IsCancelled(Replay(kSize, wanted).status()));
}

TEST_F(LogReplayTest, TheFirstTileThatDoesNotFollowIsNamed) {
  const TileId late{0, 130, kTileWidth};
  const std::string other(32 * kTileWidth, 'x');
  const auto tiled = [&](const TileId& tile, const std::string* bytes) {
    absl::Status found;
    With(tile, bytes, [&] {
      const auto replayed = Replay(kSize);
      AMANA_ASSERT_OK(replayed);
      EXPECT_EQ(replayed->root, RootAt(kSize));  // entries are as they were
      found = replayed->tiled;
    });
    return found;
  };
  EXPECT_EQ(ErrorReason(tiled(late, &other)), "LOG_TAMPERED");
  EXPECT_NE(tiled(late, &other).message().find("tile/0/130"), std::string::npos);
  EXPECT_EQ(ErrorReason(tiled({1, 0, 193}, &other)), "LOG_TAMPERED");
  EXPECT_EQ(ErrorReason(tiled({0, 193, 44}, nullptr)), "LOG_INCOMPLETE");
  With(late, &other, [&] {
    EXPECT_NE(tiled({0, 7, kTileWidth}, &other).message().find("tile/0/007"), std::string::npos);
  });
}

TEST_F(LogReplayTest, WithoutItsEntriesThereIsNoLog) {
  With({transparency::kEntriesLevel, 100, kTileWidth}, nullptr,
       [] { EXPECT_EQ(ErrorReason(Replay(kSize).status()), "LOG_INCOMPLETE"); });
  const std::string cut = "no bundle";
  With({transparency::kEntriesLevel, 100, kTileWidth}, &cut,
       [] { EXPECT_EQ(ErrorReason(Replay(kSize).status()), "TILE_INVALID"); });
}

}  // namespace
}  // namespace amana::sdk
