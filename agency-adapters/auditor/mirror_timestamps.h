// RFC 3161 tokens in a mirror, as the log serves them: `timestamp/<N>`, the checkpoint of that size
// as it was signed, and `timestamp/<N>.tsr`, its token. What they are worth is the check
// TIMESTAMP's to say.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_TIMESTAMPS_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_TIMESTAMPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/client.h"
#include "base/durable_file.h"
#include "proto/transparency/note_verifier.h"

namespace amana::auditor {

// How many of the newest are fetched.
inline constexpr size_t kMostTimestamps = 10'000;

struct FollowedTimestamps {
  size_t fetched = 0;
  size_t missing = 0;  // that the log names and has not; asked for again the next time
};

// Fetches those that `folder`, a mirror of `size` entries, has not. None where the log has none.
// LOG_TAMPERED for a checkpoint that is not of the size it is named by; errors of
// OpenCheckpoint, of the call and of writing.
absl::StatusOr<FollowedTimestamps> FollowTimestamps(sdk::Client& client, FileSystem& files,
                                                    const std::string& folder,
                                                    const transparency::NoteVerifier& log,
                                                    uint64_t size);

struct MirroredTimestamp {
  std::string file;  // of the token
  std::string checkpoint, token;
};
// Those of a mirror. Errors of reading.
absl::StatusOr<std::vector<MirroredTimestamp>> ReadTimestamps(FileSystem& files,
                                                              const std::string& folder);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_MIRROR_TIMESTAMPS_H_
