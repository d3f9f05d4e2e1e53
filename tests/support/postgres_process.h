// A real PostgreSQL of the test's own: a new cluster in a temporary folder, reached over a socket
// in it and not over any port, as an unprivileged user, gone with the object. For one thread, which
// must outlive it.
#ifndef AMANA_TESTS_SUPPORT_POSTGRES_PROCESS_H_
#define AMANA_TESTS_SUPPORT_POSTGRES_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/support/child_process.h"

namespace amana::tests {

class PostgresProcess {
 public:
  // Makes the cluster and starts it. PostgreSQL refuses to run as root; then user postgres of the
  // Debian package runs it.
  // `durable`: its commits wait for the disk; what a crash of the machine would lose is not what
  // most tests are about.
  static absl::StatusOr<std::unique_ptr<PostgresProcess>> Start(bool durable = false);
  ~PostgresProcess();  // Stop, and its folder goes

  // Words for libpq: superuser, without a password.
  std::string connection() const { return "host=" + folder_ + " user=amana dbname=postgres"; }

  absl::Status Up();  // after Stop
  void Stop();        // open connections end
  pid_t pid() const { return server_ == nullptr ? -1 : server_->pid(); }

 private:
  PostgresProcess(std::string folder, bool durable)
      : folder_(std::move(folder)), durable_(durable) {}
  absl::Status Init();
  // `program` of PostgreSQL, run as whom it may run.
  std::vector<std::string> Command(const std::string& program,
                                   std::vector<std::string> arguments) const;

  const std::string folder_;
  const bool durable_;
  std::unique_ptr<ChildProcess> server_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_POSTGRES_PROCESS_H_
