// A broker process of the bench's own.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_BROKER_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_BROKER_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace amana::cli {

// The amana-broker beside the program that runs. BENCH_BROKER_FAILED when there is none.
absl::StatusOr<std::string> BrokerProgram();

// Thread-compatible. Ends with this process, however that ends.
class BenchBroker {
 public:
  // Starts `program` with `config` and waits until it listens; its stderr goes to `log_path`.
  // BENCH_BROKER_FAILED with what it said last; BENCH_SYSTEM. Call it before there are threads.
  static absl::StatusOr<std::unique_ptr<BenchBroker>> Start(const std::string& program,
                                                            const std::string& config,
                                                            const std::string& log_path);
  ~BenchBroker();  // Stop()
  BenchBroker(const BenchBroker&) = delete;
  BenchBroker& operator=(const BenchBroker&) = delete;

  pid_t pid() const { return pid_; }
  int port() const { return port_; }
  // Lets it drain and close its store; kills it after 8 s, which is BENCH_BROKER_FAILED, as an exit
  // with an error is. Idempotent.
  absl::Status Stop();

 private:
  explicit BenchBroker(pid_t pid) : pid_(pid) {}

  pid_t pid_;
  int port_ = 0;
  bool stopped_ = false;
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_BROKER_H_
