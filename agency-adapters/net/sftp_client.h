// Files of an SFTP server (OpenSSH's version 3), over libssh. The server's key must be one of those
// in the configuration, and nothing but a key of ours opens the door: no password, no agent, no
// configuration of the user's, no known_hosts file. Every call ends in time.
#ifndef AMANA_AGENCY_ADAPTERS_NET_SFTP_CLIENT_H_
#define AMANA_AGENCY_ADAPTERS_NET_SFTP_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/net/io_deadline.h"
#include "agency-adapters/net/remote_files.h"

namespace amana::net {

struct SftpOptions {
  std::string host;
  int port = 22;
  std::string user;
  // OpenSSH's private key without a passphrase; mode 0400 or 0600, read at every connection.
  std::string key_file;
  // As in known_hosts, without the host: "ssh-ed25519 AAAA...".
  std::vector<std::string> host_keys;
  absl::Duration connect_timeout = absl::Seconds(10);
  absl::Duration call_timeout = absl::Seconds(20);
};

// Connects at the first call, and anew at the first one after the connection broke. For one thread
// at a time.
class SftpClient final : public RemoteFiles {
 public:
  // SFTP_OPTION_INVALID naming the option. Does not connect.
  static absl::StatusOr<std::unique_ptr<SftpClient>> Create(SftpOptions options);
  ~SftpClient() override;

  // Connects unless it is: REMOTE_UNREACHABLE, REMOTE_TIMEOUT, HOST_KEY_UNKNOWN, SFTP_KEY_REFUSED,
  // and those of ReadSecretFile. Of all calls below as well.
  absl::Status Connect();

  absl::StatusOr<RemoteListing> List(const std::string& folder) override;
  absl::StatusOr<RemoteFile> Stat(const RemotePath& path) override;
  absl::StatusOr<std::string> Read(const RemotePath& path, uint64_t limit) override;
  absl::Status Write(const RemotePath& path, std::string_view bytes) override;
  absl::Status Append(const RemotePath& path, std::string_view bytes) override;
  absl::Status Rename(const RemotePath& from, const RemotePath& to) override;
  absl::Status Remove(const RemotePath& path) override;

 private:
  struct Session;  // of libssh

  explicit SftpClient(SftpOptions options);
  // Runs `call` with a connection and within the time; a broken connection is given up.
  absl::Status Run(const std::function<absl::Status(Session&)>& call);
  absl::Status Put(const RemotePath& path, std::string_view bytes, int flags);

  const SftpOptions options_;
  IoDeadline deadline_;
  std::unique_ptr<Session> session_;
};

// More files than this in one folder are not listed: REMOTE_FAILED.
inline constexpr size_t kMaxListed = 50'000;

}  // namespace amana::net

#endif  // AMANA_AGENCY_ADAPTERS_NET_SFTP_CLIENT_H_
