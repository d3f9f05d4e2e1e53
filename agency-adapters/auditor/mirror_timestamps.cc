#include "agency-adapters/auditor/mirror_timestamps.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/text.h"

namespace amana::auditor {
namespace {

constexpr char kFolder[] = "timestamp/";
constexpr char kToken[] = ".tsr";

absl::StatusOr<std::string> Fetch(sdk::Client& client, const std::string& name) {
  v1::ReadTileRequest request;
  request.set_path(kFolder + name);
  AMANA_ASSIGN_OR_RETURN(v1::ReadTileResponse response, client.Call(sdk::kReadTile, request));
  return std::move(*response.mutable_content());
}

// nullopt: it is not there.
absl::StatusOr<std::optional<std::string>> FetchIfThere(sdk::Client& client,
                                                        const std::string& name) {
  absl::StatusOr<std::string> found = Fetch(client, name);
  if (absl::IsNotFound(found.status())) return std::nullopt;
  if (!found.ok()) return found.status();
  return *std::move(found);
}

// Ascending; the newest kMostTimestamps. A log that knows no timestamps has none.
absl::StatusOr<std::vector<uint64_t>> Stamped(sdk::Client& client) {
  const absl::StatusOr<std::string> index = Fetch(client, "index");
  std::vector<uint64_t> sizes;
  if (absl::IsNotFound(index.status()) || absl::IsInvalidArgument(index.status())) return sizes;
  if (!index.ok()) return index.status();
  std::string_view rest = *index;
  while (const std::optional<std::string_view> line = transparency::TakeLine(rest)) {
    const std::optional<uint64_t> size = transparency::ParseDecimal(*line);
    if (!size) return sdk::LogTampered("timestamp/index");
    sizes.push_back(*size);
  }
  if (sizes.size() > kMostTimestamps) {
    sizes.erase(sizes.begin(), sizes.end() - static_cast<int64_t>(kMostTimestamps));
  }
  return sizes;
}

}  // namespace

absl::StatusOr<FollowedTimestamps> FollowTimestamps(sdk::Client& client, FileSystem& files,
                                                    const std::string& folder,
                                                    const transparency::NoteVerifier& log,
                                                    uint64_t size) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<uint64_t> sizes, Stamped(client));
  const std::string timestamps = folder + "/" + kFolder;
  FollowedTimestamps done;
  for (const uint64_t stamped : sizes) {
    const std::string name = std::to_string(stamped);
    const std::string path = timestamps + name;
    AMANA_ASSIGN_OR_RETURN(const bool there, files.Exists(path + kToken));
    if (there || stamped > size) continue;
    AMANA_ASSIGN_OR_RETURN(const auto note, FetchIfThere(client, name));
    if (!note.has_value()) {
      ++done.missing;
      continue;
    }
    AMANA_ASSIGN_OR_RETURN(const auto opened, transparency::OpenCheckpoint(*note, log));
    if (opened.checkpoint.size() != stamped) return sdk::LogTampered("timestamp/" + name);
    AMANA_ASSIGN_OR_RETURN(const auto token, FetchIfThere(client, name + kToken));
    if (!token.has_value()) {
      ++done.missing;
      continue;
    }
    AMANA_RETURN_IF_ERROR(files.CreateDirectories(timestamps));
    AMANA_RETURN_IF_ERROR(files.WriteAtomically(path, *note, kPublicFile));
    AMANA_RETURN_IF_ERROR(files.WriteAtomically(path + kToken, *token, kPublicFile));
    ++done.fetched;
  }
  return done;
}

absl::StatusOr<std::vector<MirroredTimestamp>> ReadTimestamps(FileSystem& files,
                                                              const std::string& folder) {
  std::vector<MirroredTimestamp> all;
  const std::string path = folder + "/" + kFolder;
  AMANA_ASSIGN_OR_RETURN(const bool any, files.Exists(path));
  if (!any) return all;
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(path));
  for (const std::string& name : names) {
    if (!name.ends_with(kToken)) continue;
    const std::string stamped = path + name.substr(0, name.size() - (sizeof(kToken) - 1));
    AMANA_ASSIGN_OR_RETURN(std::string note, files.Read(stamped));
    AMANA_ASSIGN_OR_RETURN(std::string token, files.Read(path + name));
    all.push_back({path + name, std::move(note), std::move(token)});
  }
  return all;
}

}  // namespace amana::auditor
