// A log in a folder recomputed from its entries alone (RFC 6962 section 2.1), in one pass, on all
// cores and with some thousand entries in memory: what its tree was at any size, and whether its
// hash tiles follow from it. Says what is there and judges nothing: whether a root is the one that
// was signed is the caller's.
#ifndef AMANA_AGENCY_ADAPTERS_SDK_LOG_REPLAY_H_
#define AMANA_AGENCY_ADAPTERS_SDK_LOG_REPLAY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/durable_file.h"
#include "base/ids.h"

namespace amana::sdk {

struct ReplayWanted {
  std::set<uint64_t> sizes;    // whose roots are wanted; those beyond the log are passed over
  std::set<uint64_t> entries;  // whose leaf hashes are wanted
  // Called with every entry in order, on the caller's thread; an error ends the pass and is
  // returned. May be empty.
  std::function<absl::Status(uint64_t index, const std::string& leaf_data)> on_entry = {};
};

struct Replayed {
  Digest root;  // of all `size` entries
  std::map<uint64_t, Digest> roots;
  std::map<uint64_t, Digest> leaves;
  size_t tiles = 0;    // hash tiles that follow from the entries
  absl::Status tiled;  // the first that does not: LOG_TAMPERED, LOG_INCOMPLETE naming it
};

// Of the first `size` entries. LOG_INCOMPLETE when one is missing, TILE_INVALID for a bundle that
// is none, errors of reading.
absl::StatusOr<Replayed> ReplayLog(FileSystem& files, const std::string& folder, uint64_t size,
                                   const ReplayWanted& wanted);

}  // namespace amana::sdk

#endif  // AMANA_AGENCY_ADAPTERS_SDK_LOG_REPLAY_H_
