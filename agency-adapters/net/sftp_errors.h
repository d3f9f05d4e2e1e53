// Errors of files on somebody else's server. What waiting or an operator can mend is kUnavailable,
// so that no item is given up for it. Messages hold no file name: an agency may have put anything
// there.
#ifndef AMANA_AGENCY_ADAPTERS_NET_SFTP_ERRORS_H_
#define AMANA_AGENCY_ADAPTERS_NET_SFTP_ERRORS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace amana::net {

absl::Status RemoteNameInvalid();                            // kInvalidArgument REMOTE_NAME_INVALID
absl::Status RemoteNotFound();                               // kNotFound REMOTE_NOT_FOUND
absl::Status RemoteTooLarge(uint64_t limit);                 // kOutOfRange REMOTE_TOO_LARGE
absl::Status RemoteTimeout();                                // kUnavailable REMOTE_TIMEOUT
absl::Status RemoteUnreachable();                            // kUnavailable REMOTE_UNREACHABLE
absl::Status RemoteFailed(std::string_view what, int code);  // kUnavailable REMOTE_FAILED; SFTP's
absl::Status RemotePermission(std::string_view what);        // kUnavailable REMOTE_PERMISSION
absl::Status HostKeyUnknown();                               // kUnavailable HOST_KEY_UNKNOWN
absl::Status SftpKeyRefused();                               // kUnavailable SFTP_KEY_REFUSED
// kInvalidArgument SFTP_OPTION_INVALID naming the option.
absl::Status SftpOptionInvalid(std::string_view option, std::string_view expected);

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_SFTP_ERRORS_H_
