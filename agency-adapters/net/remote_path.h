// The path of a file on somebody else's server: a folder from the configuration and a name that may
// have come from that server. Neither can lead anywhere else.
#ifndef AMANA_AGENCY_ADAPTERS_NET_REMOTE_PATH_H_
#define AMANA_AGENCY_ADAPTERS_NET_REMOTE_PATH_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace amana::net {

// Immutable value.
class RemotePath {
 public:
  // REMOTE_NAME_INVALID, showing neither, unless IsRemoteFolder and IsRemoteName.
  static absl::StatusOr<RemotePath> Create(std::string_view folder, std::string_view name);

  const std::string& text() const { return text_; }  // "folder/name"

 private:
  explicit RemotePath(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

// 1 to 200 of A-Z a-z 0-9 . _ -, the first a letter or a digit: no "..", no separator, no control
// character, nothing hidden.
bool IsRemoteName(std::string_view name);
// One to eight such names divided by '/', relative to the account's own folder, or an absolute path
// of them.
bool IsRemoteFolder(std::string_view folder);

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_REMOTE_PATH_H_
