// A log as plain files in the layout of C2SP tlog-tiles (https://c2sp.org/tlog-tiles):
// "checkpoint", "tile/entries/...", "tile/0/...". Nothing read here is verified: log_replay.h and
// verifier.h do.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_LOG_FOLDER_H_
#define AMANA_AGENCY_ADAPTERS_SDK_LOG_FOLDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/durable_file.h"
#include "proto/transparency/tile.h"

namespace amana::sdk {

// A file of the log; LOG_INCOMPLETE naming it when it is not there.
absl::StatusOr<std::string> ReadLogFile(FileSystem& files, const std::string& folder,
                                        const std::string& name);

// The first `width` entries of bundle `index`. A partial bundle may have been replaced by the full
// one of a longer tree. LOG_INCOMPLETE; TILE_INVALID.
absl::StatusOr<std::vector<std::string>> ReadBundle(FileSystem& files, const std::string& folder,
                                                    uint64_t index, int width);

// The bytes of a hash tile, cut from the full one where the partial one has been replaced.
absl::StatusOr<std::string> ReadHashTile(FileSystem& files, const std::string& folder,
                                         const transparency::TileId& tile);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_LOG_FOLDER_H_
