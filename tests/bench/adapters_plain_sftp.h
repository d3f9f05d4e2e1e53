// A plain SFTP client: one libssh session, and no more. For one thread. Errors say no more than
// which call failed.
#ifndef AMANA_TESTS_BENCH_ADAPTERS_PLAIN_SFTP_H_
#define AMANA_TESTS_BENCH_ADAPTERS_PLAIN_SFTP_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/support/sshd.h"

namespace amana::tests {

class PlainSftp {
 public:
  static absl::StatusOr<std::unique_ptr<PlainSftp>> Connect(const Sshd& server);
  ~PlainSftp();

  absl::Status List(const std::string& folder);
  absl::StatusOr<std::string> Read(const std::string& path);
  // Synced on the server's disk.
  absl::Status Write(const std::string& path, std::string_view bytes, bool append);
  absl::Status Rename(const std::string& from, const std::string& to);

 private:
  struct Session;
  explicit PlainSftp(std::unique_ptr<Session> session);
  const std::unique_ptr<Session> session_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_ADAPTERS_PLAIN_SFTP_H_
