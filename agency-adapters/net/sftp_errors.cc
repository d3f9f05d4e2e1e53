#include "agency-adapters/net/sftp_errors.h"

#include <string>

#include "base/status.h"

namespace amana::net {
namespace {

absl::Status Unavailable(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, reason, "", message);
}

}  // namespace

absl::Status RemoteNameInvalid() {
  return MakeError(absl::StatusCode::kInvalidArgument, "REMOTE_NAME_INVALID", "",
                   "a folder or file name that could lead elsewhere");
}

absl::Status RemoteNotFound() {
  return MakeError(absl::StatusCode::kNotFound, "REMOTE_NOT_FOUND", "",
                   "the server has no such file or folder");
}

absl::Status RemoteTooLarge(uint64_t limit) {
  return MakeError(absl::StatusCode::kOutOfRange, "REMOTE_TOO_LARGE", "",
                   "a file of more than " + std::to_string(limit) + " bytes");
}

absl::Status RemoteTimeout() {
  return Unavailable("REMOTE_TIMEOUT", "the SFTP server did not answer in time");
}

absl::Status RemoteUnreachable() {
  return Unavailable("REMOTE_UNREACHABLE", "no connection to the SFTP server");
}

absl::Status RemoteFailed(std::string_view what, int code) {
  return Unavailable("REMOTE_FAILED",
                     std::string(what) + ": the SFTP server answered " + std::to_string(code));
}

absl::Status RemotePermission(std::string_view what) {
  return Unavailable("REMOTE_PERMISSION",
                     std::string(what) + ": the SFTP server does not permit it");
}

absl::Status HostKeyUnknown() {
  return Unavailable("HOST_KEY_UNKNOWN",
                     "the SFTP server's key is none of those in the configuration");
}

absl::Status SftpKeyRefused() {
  return Unavailable("SFTP_KEY_REFUSED", "the SFTP server does not take our key");
}

absl::Status SftpOptionInvalid(std::string_view option, std::string_view expected) {
  return MakeError(absl::StatusCode::kInvalidArgument, "SFTP_OPTION_INVALID", option,
                   std::string(option) + ": expected " + std::string(expected));
}

}  // namespace amana::net
