// Folders on somebody else's server, as far as a drop folder needs them. SftpClient is one; tests
// have one in memory that fails when told to.
//
// Errors of all calls, besides those named: REMOTE_UNREACHABLE, REMOTE_TIMEOUT, REMOTE_FAILED,
// REMOTE_PERMISSION (all kUnavailable), and REMOTE_NOT_FOUND.
#ifndef AMANA_AGENCY_ADAPTERS_NET_REMOTE_FILES_H_
#define AMANA_AGENCY_ADAPTERS_NET_REMOTE_FILES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/net/remote_path.h"

namespace amana::net {

struct RemoteFile {
  std::string name;  // IsRemoteName
  uint64_t size = 0;
  int64_t modified = 0;  // seconds since 1970, by the server's clock

  friend bool operator==(const RemoteFile&, const RemoteFile&) = default;
};

struct RemoteListing {
  std::vector<RemoteFile> files;  // regular ones, by name
  // Whatever else is there under a name that is none: not looked at.
  size_t unsafe_names = 0;
};

// For one thread at a time.
class RemoteFiles {
 public:
  virtual ~RemoteFiles() = default;

  virtual absl::StatusOr<RemoteListing> List(const std::string& folder) = 0;
  virtual absl::StatusOr<RemoteFile> Stat(const RemotePath& path) = 0;
  // REMOTE_TOO_LARGE beyond `limit` bytes.
  virtual absl::StatusOr<std::string> Read(const RemotePath& path, uint64_t limit) = 0;
  // Creates the file or replaces what it held; on the server's disk where the server offers fsync.
  // After an error any part may be there.
  virtual absl::Status Write(const RemotePath& path, std::string_view bytes) = 0;
  // The same behind what is there.
  virtual absl::Status Append(const RemotePath& path, std::string_view bytes) = 0;
  // Replaces `to`; for a moment `to` may be absent, and stand as `to`.replaced. On error it stands.
  virtual absl::Status Rename(const RemotePath& from, const RemotePath& to) = 0;
  virtual absl::Status Remove(const RemotePath& path) = 0;
};

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_REMOTE_FILES_H_
