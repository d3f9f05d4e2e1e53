#include "agency-adapters/auditor/folder_tiles.h"

#include "agency-adapters/sdk/log_folder.h"
#include "base/status.h"
#include "proto/transparency/proof_builder.h"

namespace amana::auditor {

absl::StatusOr<std::string> FolderTiles::Tile(int level, uint64_t index, int width) {
  return sdk::ReadHashTile(files_, folder_, {level, index, width});
}

absl::StatusOr<Digest> RootIn(FileSystem& files, const std::string& folder, uint64_t size,
                              uint64_t at) {
  FolderTiles tiles(files, folder);
  transparency::TileNodeReader nodes(tiles, size);
  AMANA_ASSIGN_OR_RETURN(const transparency::CompactRange frontier,
                         transparency::ReadFrontier(nodes, at));
  return frontier.Root();
}

}  // namespace amana::auditor
