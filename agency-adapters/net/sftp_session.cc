#include "agency-adapters/net/sftp_session.h"

#include <algorithm>
#include <utility>

#include "agency-adapters/net/sftp_errors.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::net {
namespace {

using SshKey = SshPtr<ssh_key, ssh_key_free>;

SshKey PublicKey(const std::string& line) {
  const size_t space = line.find(' ');
  if (space == std::string::npos) return nullptr;
  const std::string rest = line.substr(space + 1);
  ssh_key key = nullptr;
  const auto type = ssh_key_type_from_name(line.substr(0, space).c_str());
  (void)ssh_pki_import_pubkey_base64(rest.substr(0, rest.find(' ')).c_str(), type, &key);
  return SshKey(key);
}

// The algorithms of the configured keys only: another kind of key of the same server would be
// refused anyway.
std::string HostKeyAlgorithms(const SftpOptions& options) {
  std::string algorithms;
  for (const std::string& line : options.host_keys) {
    std::string name = line.substr(0, line.find(' '));
    if (name == "ssh-rsa") name = "rsa-sha2-512,rsa-sha2-256";
    algorithms += (algorithms.empty() ? "" : ",") + name;
  }
  return algorithms;
}

absl::Status SetOptions(ssh_session ssh, const SftpOptions& options) {
  const bool process_config = false;
  const unsigned port = static_cast<unsigned>(options.port);
  const long seconds = std::max<long>(1, absl::ToInt64Seconds(options.connect_timeout));
  const int nodelay = 1;
  const std::string algorithms = HostKeyAlgorithms(options);
  const bool set = ssh_options_set(ssh, SSH_OPTIONS_PROCESS_CONFIG, &process_config) == SSH_OK &&
                   ssh_options_set(ssh, SSH_OPTIONS_HOST, options.host.c_str()) == SSH_OK &&
                   ssh_options_set(ssh, SSH_OPTIONS_PORT, &port) == SSH_OK &&
                   ssh_options_set(ssh, SSH_OPTIONS_USER, options.user.c_str()) == SSH_OK &&
                   ssh_options_set(ssh, SSH_OPTIONS_TIMEOUT, &seconds) == SSH_OK &&
                   ssh_options_set(ssh, SSH_OPTIONS_NODELAY, &nodelay) == SSH_OK &&
                   ssh_options_set(ssh, SSH_OPTIONS_KNOWNHOSTS, "/dev/null") == SSH_OK &&
                   ssh_options_set(ssh, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") == SSH_OK &&
                   ssh_options_set(ssh, SSH_OPTIONS_HOSTKEYS, algorithms.c_str()) == SSH_OK;
  return set ? absl::OkStatus() : SftpOptionInvalid("host, user, host_keys", "what libssh takes");
}

absl::Status CheckHostKey(ssh_session ssh, const SftpOptions& options) {
  ssh_key raw = nullptr;
  if (ssh_get_server_publickey(ssh, &raw) != SSH_OK) return HostKeyUnknown();
  const SshKey shown(raw);
  for (const std::string& line : options.host_keys) {
    const SshKey pinned = PublicKey(line);
    if (pinned != nullptr && ssh_key_cmp(pinned.get(), shown.get(), SSH_KEY_CMP_PUBLIC) == 0) {
      return absl::OkStatus();
    }
  }
  return HostKeyUnknown();
}

absl::Status ShowOurKey(ssh_session ssh, const SftpOptions& options) {
  AMANA_ASSIGN_OR_RETURN(std::string text, ReadSecretFile(options.key_file));
  ssh_key raw = nullptr;
  const int read = ssh_pki_import_privkey_base64(text.c_str(), nullptr, nullptr, nullptr, &raw);
  const SshKey key(raw);
  explicit_bzero(text.data(), text.size());
  if (read != SSH_OK) return SftpOptionInvalid("key_file", "a private key without a passphrase");
  const int answer = ssh_userauth_publickey(ssh, nullptr, key.get());
  if (answer == SSH_AUTH_SUCCESS) return absl::OkStatus();
  return answer == SSH_AUTH_ERROR ? RemoteUnreachable() : SftpKeyRefused();
}

}  // namespace

absl::Status SftpClient::Session::Error(std::string_view what) const {
  const int code = sftp_get_error(sftp.get());
  if (!ssh_is_connected(ssh.get())) return RemoteUnreachable();
  if (code == SSH_FX_NO_SUCH_FILE || code == SSH_FX_NO_SUCH_PATH) return RemoteNotFound();
  if (code == SSH_FX_PERMISSION_DENIED) return RemotePermission(what);
  return RemoteFailed(what, code);
}

absl::StatusOr<std::unique_ptr<SftpClient::Session>> SftpClient::Session::Open(
    const SftpOptions& options, IoDeadline& deadline) {
  auto session = std::make_unique<Session>();
  session->ssh.reset(ssh_new());
  if (session->ssh == nullptr) return RemoteUnreachable();
  ssh_session ssh = session->ssh.get();
  AMANA_RETURN_IF_ERROR(SetOptions(ssh, options));
  if (ssh_connect(ssh) != SSH_OK) return RemoteUnreachable();
  deadline.Arm(ssh_get_fd(ssh), options.connect_timeout);
  absl::Status status = CheckHostKey(ssh, options);
  if (status.ok()) status = ShowOurKey(ssh, options);
  if (status.ok()) {
    session->sftp.reset(sftp_new(ssh));
    if (session->sftp == nullptr || sftp_init(session->sftp.get()) != SSH_OK) {
      status = RemoteUnreachable();
    }
  }
  if (deadline.Disarm()) status = RemoteTimeout();
  if (!status.ok()) return status;
  session->fsync = sftp_extension_supported(session->sftp.get(), "fsync@openssh.com", "1") != 0;
  return session;
}

}  // namespace amana::net
