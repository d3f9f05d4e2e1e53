// One connection of libssh's, from the handshake to the SFTP subsystem, with its ownership.
// Private to the client.
#ifndef AMANA_AGENCY_ADAPTERS_NET_SFTP_SESSION_H_
#define AMANA_AGENCY_ADAPTERS_NET_SFTP_SESSION_H_

#include <libssh/libssh.h>
#include <libssh/sftp.h>

#include <memory>

#include "absl/status/status.h"
#include "agency-adapters/net/sftp_client.h"

namespace amana::net {

template <auto kFree>
struct SshFree {
  template <class T>
  void operator()(T* object) const {
    (void)kFree(object);
  }
};
template <class T, auto kFree>
using SshPtr = std::unique_ptr<std::remove_pointer_t<T>, SshFree<kFree>>;

using SftpFilePtr = SshPtr<sftp_file, sftp_close>;
using SftpFolderPtr = SshPtr<sftp_dir, sftp_closedir>;
using SftpAttributesPtr = SshPtr<sftp_attributes, sftp_attributes_free>;

struct SftpClient::Session {
  SshPtr<ssh_session, ssh_free> ssh;
  SshPtr<sftp_session, sftp_free> sftp;  // goes first
  bool fsync = false;                    // the server offers it

  // What libssh and the server said of the last call, as ours; `what` is a literal.
  absl::Status Error(std::string_view what) const;

  // Connects within the time; errors of SftpClient::Connect.
  static absl::StatusOr<std::unique_ptr<Session>> Open(const SftpOptions& options,
                                                       IoDeadline& deadline);
};

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_SFTP_SESSION_H_
