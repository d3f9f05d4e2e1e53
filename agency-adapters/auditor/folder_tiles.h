// What a log's own hash tiles in a folder say of its tree (proto/transparency/tile.h). Judges
// nothing: whether the tiles follow from the entries is REPLAY's (checks.h). Thread-compatible.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_FOLDER_TILES_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_FOLDER_TILES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/durable_file.h"
#include "base/ids.h"
#include "proto/transparency/tile_node_reader.h"

namespace amana::auditor {

// `files` and `folder` must outlive it. LOG_INCOMPLETE.
class FolderTiles final : public transparency::TileReader {
 public:
  FolderTiles(FileSystem& files, const std::string& folder) : files_(files), folder_(folder) {}
  absl::StatusOr<std::string> Tile(int level, uint64_t index, int width) override;

 private:
  FileSystem& files_;
  const std::string& folder_;
};

// The root of the first `at` entries of a folder whose tree has `size`, at <= size. LOG_INCOMPLETE,
// TILE_INVALID.
absl::StatusOr<Digest> RootIn(FileSystem& files, const std::string& folder, uint64_t size,
                              uint64_t at);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_FOLDER_TILES_H_
