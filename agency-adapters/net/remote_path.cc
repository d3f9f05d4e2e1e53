#include "agency-adapters/net/remote_path.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "agency-adapters/net/sftp_errors.h"

namespace amana::net {
namespace {

bool IsNameCharacter(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
}

}  // namespace

bool IsRemoteName(std::string_view name) {
  return !name.empty() && name.size() <= 200 && absl::ascii_isalnum(name.front()) &&
         std::all_of(name.begin(), name.end(), IsNameCharacter);
}

bool IsRemoteFolder(std::string_view folder) {
  if (folder.starts_with('/')) folder.remove_prefix(1);
  for (int depth = 0; depth < 8; ++depth) {
    const size_t end = folder.find('/');
    if (!IsRemoteName(folder.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    folder.remove_prefix(end + 1);
  }
  return false;
}

absl::StatusOr<RemotePath> RemotePath::Create(std::string_view folder, std::string_view name) {
  if (!IsRemoteFolder(folder) || !IsRemoteName(name)) return RemoteNameInvalid();
  return RemotePath(std::string(folder) + "/" + std::string(name));
}

}  // namespace amana::net
