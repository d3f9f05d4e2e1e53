// Tiles: paths, hash tiles, entry bundles and stored frontiers each have one spelling.
#include <string>

#include "base/status.h"
#include "proto/transparency/compact_range.h"
#include "proto/transparency/merkle.h"
#include "proto/transparency/tile.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

constexpr absl::StatusCode kMalformed = absl::StatusCode::kInvalidArgument;

bool CheckPath(std::string_view path) {
  const auto tile = transparency::ParseTilePath(path);
  if (!tile.ok()) return RequireRefusal(tile.status(), kMalformed);
  Require(transparency::TilePath(*tile) == path, "a tile has one path");
  Require(path.find("..") == std::string_view::npos && path.front() != '/',
          "a tile's path leads nowhere else");
  Require(tile->level >= transparency::kEntriesLevel &&
              tile->level <= transparency::kMaxTileLevel && tile->width >= 1 &&
              tile->width <= transparency::kTileWidth,
          "a tile's level and width");
  return true;
}

bool CheckHashes(int width, std::string_view bytes) {
  const auto hashes = transparency::DecodeHashTile(bytes, width);
  if (!hashes.ok()) return RequireRefusal(hashes.status(), kMalformed);
  Require(hashes->size() == static_cast<size_t>(width) &&
              transparency::EncodeHashTile(*hashes) == bytes,
          "a hash tile has one spelling");
  return true;
}

bool CheckBundle(int width, std::string_view bytes) {
  const auto entries = transparency::DecodeEntryBundle(bytes, width);
  if (!entries.ok()) return RequireRefusal(entries.status(), kMalformed);
  const auto written = transparency::EncodeEntryBundle(*entries);
  Require(entries->size() == static_cast<size_t>(width) && written.ok() && *written == bytes,
          "an entry bundle has one spelling");
  return true;
}

bool CheckFrontier(std::string_view bytes) {
  auto range = transparency::CompactRange::Parse(bytes);
  if (!range.ok()) return RequireRefusal(range.status(), kMalformed);
  Require(range->Serialise() == bytes, "a frontier has one spelling");
  if (range->size() == UINT64_MAX) return true;
  const Digest before = range->Root();
  range->Append(transparency::HashLeaf("next"));
  Require(range->Root() != before, "a leaf more is another root");
  const auto again = transparency::CompactRange::Parse(range->Serialise());
  Require(again.ok() && *again == *range, "a frontier that grew is one");
  return true;
}

std::string Frontier(int leaves) {
  transparency::CompactRange range;
  for (int i = 0; i < leaves; ++i) range.Append(transparency::HashLeaf(std::to_string(i)));
  return range.Serialise();
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    auto* all = new std::vector<std::string>;
    for (const transparency::TileId& tile :
         {transparency::TileId{0, 1234067, 256}, transparency::TileId{63, UINT64_MAX, 1},
          transparency::TileId{transparency::kEntriesLevel, 5, 255}}) {
      all->push_back('\0' + transparency::TilePath(tile));
    }
    all->push_back("\1\2" + std::string(64, 'h'));
    const std::vector<std::string> entries = {"one", "", "three"};
    all->push_back("\2\3" + transparency::EncodeEntryBundle(entries).value());
    all->push_back('\3' + Frontier(0));
    all->push_back('\3' + Frontier(13));
    return all;
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  const size_t what = input.Choice(4);
  if (what == 0) return CheckPath(input.Rest());
  if (what == 3) return CheckFrontier(input.Rest());
  const int width = input.Byte();
  return what == 1 ? CheckHashes(width, input.Rest()) : CheckBundle(width, input.Rest());
  return true;
}

}  // namespace amana::fuzz
