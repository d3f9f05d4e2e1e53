#include "tests/bench/adapters_plain_sftp.h"

#include <fcntl.h>
#include <libssh/libssh.h>
#include <libssh/sftp.h>

namespace amana::tests {
namespace {

absl::Status Failed(const char* call) { return absl::InternalError(std::string("plain ") + call); }

}  // namespace

struct PlainSftp::Session {
  ssh_session ssh = ssh_new();
  sftp_session sftp = nullptr;
  ~Session() {
    if (sftp != nullptr) sftp_free(sftp);
    ssh_free(ssh);
  }
};

PlainSftp::PlainSftp(std::unique_ptr<Session> session) : session_(std::move(session)) {}
PlainSftp::~PlainSftp() = default;

absl::StatusOr<std::unique_ptr<PlainSftp>> PlainSftp::Connect(const Sshd& server) {
  auto session = std::make_unique<Session>();
  const int port = server.port();
  const int nodelay = 1;
  const bool no_config = false;
  ssh_options_set(session->ssh, SSH_OPTIONS_PROCESS_CONFIG, &no_config);
  ssh_options_set(session->ssh, SSH_OPTIONS_HOST, "127.0.0.1");
  ssh_options_set(session->ssh, SSH_OPTIONS_PORT, &port);
  ssh_options_set(session->ssh, SSH_OPTIONS_USER, server.user().c_str());
  ssh_options_set(session->ssh, SSH_OPTIONS_NODELAY, &nodelay);
  if (ssh_connect(session->ssh) != SSH_OK) return Failed("connect");
  ssh_key key = nullptr;
  if (ssh_pki_import_privkey_file(server.key_file().c_str(), nullptr, nullptr, nullptr, &key) !=
      SSH_OK) {
    return Failed("key");
  }
  const int answer = ssh_userauth_publickey(session->ssh, nullptr, key);
  ssh_key_free(key);
  if (answer != SSH_AUTH_SUCCESS) return Failed("login");
  session->sftp = sftp_new(session->ssh);
  if (session->sftp == nullptr || sftp_init(session->sftp) != SSH_OK) return Failed("sftp");
  return std::unique_ptr<PlainSftp>(new PlainSftp(std::move(session)));
}

absl::Status PlainSftp::List(const std::string& folder) {
  sftp_dir open = sftp_opendir(session_->sftp, folder.c_str());
  if (open == nullptr) return Failed("opendir");
  while (sftp_attributes file = sftp_readdir(session_->sftp, open)) sftp_attributes_free(file);
  return sftp_closedir(open) == SSH_OK ? absl::OkStatus() : Failed("closedir");
}

absl::StatusOr<std::string> PlainSftp::Read(const std::string& path) {
  sftp_file file = sftp_open(session_->sftp, path.c_str(), O_RDONLY, 0);
  if (file == nullptr) return Failed("open");
  std::string bytes;
  char chunk[32768];
  for (ssize_t got = 1; got > 0;) {
    got = sftp_read(file, chunk, sizeof(chunk));
    if (got > 0) bytes.append(chunk, static_cast<size_t>(got));
  }
  if (sftp_close(file) != SSH_OK) return Failed("close");
  return bytes;
}

absl::Status PlainSftp::Write(const std::string& path, std::string_view bytes, bool append) {
  const int flags = O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC);
  sftp_file file = sftp_open(session_->sftp, path.c_str(), flags, 0640);
  if (file == nullptr) return Failed("open");
  const bool written =
      sftp_write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      sftp_fsync(file) == SSH_OK;
  return sftp_close(file) == SSH_OK && written ? absl::OkStatus() : Failed("write");
}

absl::Status PlainSftp::Rename(const std::string& from, const std::string& to) {
  return sftp_rename(session_->sftp, from.c_str(), to.c_str()) == SSH_OK ? absl::OkStatus()
                                                                         : Failed("rename");
}

}  // namespace amana::tests
