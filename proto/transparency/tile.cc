#include "proto/transparency/tile.h"

#include <algorithm>
#include <cstdio>

#include "proto/transparency/errors.h"
#include "proto/transparency/text.h"

namespace amana::transparency {
namespace {

constexpr std::string_view kPrefix = "tile/";
constexpr std::string_view kEntries = "entries";
constexpr std::string_view kPartial = ".p/";

// 1234067 -> "x001/x234/067".
std::string EncodeIndex(uint64_t index) {
  char group[8];
  std::snprintf(group, sizeof group, "%03d", static_cast<int>(index % 1000));
  std::string path = group;
  for (index /= 1000; index != 0; index /= 1000) {
    std::snprintf(group, sizeof group, "x%03d/", static_cast<int>(index % 1000));
    path.insert(0, group);
  }
  return path;
}

// The digits of every group, without checking its shape: the caller compares with EncodeIndex.
std::optional<uint64_t> DecodeIndex(std::string_view path) {
  std::string digits;
  for (const char c : path) {
    if (c >= '0' && c <= '9') digits.push_back(c);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return ParseDecimal(digits);
}

// How many subtrees of 256^level leaves are complete.
uint64_t HashesAt(int level, uint64_t size) {
  const int shift = level <= 0 ? 0 : level * kTileHeight;
  return shift >= 64 ? 0 : size >> shift;
}

void AppendChanged(int level, uint64_t old_size, uint64_t new_size, std::vector<TileId>& tiles) {
  const uint64_t before = HashesAt(level, old_size);
  const uint64_t after = HashesAt(level, new_size);
  if (before >= after) return;
  const uint64_t last = (after - 1) / kTileWidth;
  for (uint64_t index = before / kTileWidth; index <= last; ++index) {
    tiles.push_back({level, index, TileWidthAt(level, index, new_size)});
  }
}

}  // namespace

std::string TilePath(const TileId& tile) {
  std::string path(kPrefix);
  path += tile.level == kEntriesLevel ? std::string(kEntries) : std::to_string(tile.level);
  path += '/';
  path += EncodeIndex(tile.index);
  if (tile.width != kTileWidth) {
    path += kPartial;
    path += std::to_string(tile.width);
  }
  return path;
}

absl::StatusOr<TileId> ParseTilePath(std::string_view path) {
  TileId tile;
  std::string_view rest = path;
  if (!rest.starts_with(kPrefix)) return TilePathMalformed();
  rest.remove_prefix(kPrefix.size());
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return TilePathMalformed();
  const std::string_view level = rest.substr(0, slash);
  const std::optional<uint64_t> number = ParseDecimal(level);
  if (level != kEntries && (!number.has_value() || *number > kMaxTileLevel)) {
    return TilePathMalformed();
  }
  tile.level = level == kEntries ? kEntriesLevel : static_cast<int>(*number);
  rest.remove_prefix(slash + 1);
  if (const size_t partial = rest.find(kPartial); partial != std::string_view::npos) {
    const std::optional<uint64_t> width = ParseDecimal(rest.substr(partial + kPartial.size()));
    if (!width.has_value() || *width < 1 || *width >= kTileWidth) return TilePathMalformed();
    tile.width = static_cast<int>(*width);
    rest = rest.substr(0, partial);
  }
  const std::optional<uint64_t> index = DecodeIndex(rest);
  if (!index.has_value()) return TilePathMalformed();
  tile.index = *index;
  // One path per tile: whatever was lenient above is caught here.
  if (TilePath(tile) != path) return TilePathMalformed();
  return tile;
}

int TileWidthAt(int level, uint64_t index, uint64_t size) {
  const uint64_t hashes = HashesAt(level, size);
  if (index > hashes / kTileWidth) return 0;
  return static_cast<int>(std::min<uint64_t>(hashes - index * kTileWidth, kTileWidth));
}

std::vector<TileId> ChangedHashTiles(uint64_t old_size, uint64_t new_size) {
  std::vector<TileId> tiles;
  for (int level = 0; HashesAt(level, new_size) != 0; ++level) {
    AppendChanged(level, old_size, new_size, tiles);
  }
  return tiles;
}

std::vector<TileId> ChangedEntryBundles(uint64_t old_size, uint64_t new_size) {
  std::vector<TileId> tiles;
  AppendChanged(kEntriesLevel, old_size, new_size, tiles);
  return tiles;
}

std::string EncodeHashTile(std::span<const Digest> hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * Digest::kSize);
  for (const Digest& hash : hashes) bytes += hash.view();
  return bytes;
}

absl::StatusOr<Hashes> DecodeHashTile(std::string_view bytes, int width) {
  if (width < 1 || width > kTileWidth || bytes.size() != width * Digest::kSize) {
    return TileInvalid("a hash tile's length is not its width times 32");
  }
  Hashes hashes;
  hashes.reserve(width);
  for (; !bytes.empty(); bytes.remove_prefix(Digest::kSize)) {
    AMANA_ASSIGN_OR_RETURN(const Digest hash, Digest::FromBytes(bytes.substr(0, Digest::kSize)));
    hashes.push_back(hash);
  }
  return hashes;
}

absl::StatusOr<std::string> EncodeEntryBundle(std::span<const std::string> entries) {
  std::string bytes;
  for (size_t i = 0; i < entries.size(); ++i) {
    const size_t length = entries[i].size();
    if (length > kMaxEntryBytes) return EntryTooLarge(i);
    bytes.push_back(static_cast<char>(length >> 8));
    bytes.push_back(static_cast<char>(length & 0xff));
    bytes += entries[i];
  }
  return bytes;
}

absl::StatusOr<std::vector<std::string>> DecodeEntryBundle(std::string_view bytes, int width) {
  if (width < 1 || width > kTileWidth) return TileInvalid("a bundle is 1 to 256 entries wide");
  std::vector<std::string> entries;
  entries.reserve(width);
  for (int i = 0; i < width; ++i) {
    if (bytes.size() < 2) return TileInvalid("the bundle ends before its last entry");
    const size_t length = static_cast<uint8_t>(bytes[0]) << 8 | static_cast<uint8_t>(bytes[1]);
    bytes.remove_prefix(2);
    if (bytes.size() < length) return TileInvalid("the bundle ends inside an entry");
    entries.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  if (!bytes.empty()) return TileInvalid("the bundle goes on after its last entry");
  return entries;
}

}  // namespace amana::transparency
