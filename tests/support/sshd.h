// A real OpenSSH server for one test: Debian's sshd with a configuration, keys and a folder of its
// own on a free loopback port, serving SFTP and nothing else. Package openssh-server.
#ifndef AMANA_TESTS_SUPPORT_SSHD_H_
#define AMANA_TESTS_SUPPORT_SSHD_H_

#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/support/child_process.h"

namespace amana::tests {

// For one thread. Gone, with its sessions, when the object goes.
class Sshd {
 public:
  // Keys and configuration go to `folder`/etc, what it serves is `folder`/files; both are made
  // unless they are there. The account is that of the test.
  static absl::StatusOr<std::unique_ptr<Sshd>> Start(const std::filesystem::path& folder);
  ~Sshd();

  int port() const { return port_; }
  const std::string& user() const { return user_; }
  std::filesystem::path files() const { return folder_ / "files"; }
  std::string key_file() const { return (folder_ / "etc/client").string(); }
  std::string other_key_file() const { return (folder_ / "etc/stranger").string(); }
  const std::string& host_key() const { return host_key_; }  // "ssh-ed25519 AAAA..."
  const std::string& other_host_key() const { return other_host_key_; }

  // Stops it, and starts it on the same port.
  void Stop();
  absl::Status Restart();
  // SIGSTOP or SIGCONT to every session that is open: a server that hangs.
  void SignalSessions(int signal);

 private:
  Sshd() = default;
  absl::Status MakeKeys();
  absl::Status Listen();
  std::vector<pid_t> Sessions() const;

  std::filesystem::path folder_;
  int port_ = 0;
  std::string user_;
  std::string host_key_;
  std::string other_host_key_;
  std::unique_ptr<ChildProcess> child_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_SSHD_H_
