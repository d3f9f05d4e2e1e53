#include "agency-adapters/sdk/log_folder.h"

#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "base/ids.h"
#include "base/status.h"

namespace amana::sdk {

using transparency::kTileWidth;
using transparency::TileId;

absl::StatusOr<std::string> ReadLogFile(FileSystem& files, const std::string& folder,
                                        const std::string& name) {
  absl::StatusOr<std::string> bytes = files.Read(folder + "/" + name);
  if (ErrorReason(bytes.status()) == "FILE_NOT_FOUND") return LogIncomplete(name);
  return bytes;
}

absl::StatusOr<std::vector<std::string>> ReadBundle(FileSystem& files, const std::string& folder,
                                                    uint64_t index, int width) {
  TileId tile{transparency::kEntriesLevel, index, width};
  absl::StatusOr<std::string> bytes = ReadLogFile(files, folder, transparency::TilePath(tile));
  if (ErrorReason(bytes.status()) == "LOG_INCOMPLETE" && width < kTileWidth) {
    tile.width = kTileWidth;
    const auto whole = ReadLogFile(files, folder, transparency::TilePath(tile));
    if (whole.ok()) bytes = whole;
  }
  if (!bytes.ok()) return bytes.status();
  AMANA_ASSIGN_OR_RETURN(std::vector<std::string> entries,
                         transparency::DecodeEntryBundle(*bytes, tile.width));
  entries.resize(static_cast<size_t>(width));
  return entries;
}

absl::StatusOr<std::string> ReadHashTile(FileSystem& files, const std::string& folder,
                                         const TileId& tile) {
  absl::StatusOr<std::string> bytes = ReadLogFile(files, folder, transparency::TilePath(tile));
  if (ErrorReason(bytes.status()) == "LOG_INCOMPLETE" && tile.width < kTileWidth) {
    const auto whole =
        ReadLogFile(files, folder, transparency::TilePath({tile.level, tile.index, kTileWidth}));
    if (whole.ok()) return whole->substr(0, static_cast<size_t>(tile.width) * Digest::kSize);
  }
  return bytes;
}

}  // namespace amana::sdk
