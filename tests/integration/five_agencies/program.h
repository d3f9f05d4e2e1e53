// One adapter program, started and stopped by pid, and its local API. For one thread.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_PROGRAM_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_PROGRAM_H_

#include <memory>
#include <optional>
#include <string>

#include "base/http_client.h"
#include "tests/integration/five_agencies/side.h"
#include "tests/support/child_process.h"

namespace amana::five {

class Program final : public LocalApi {
 public:
  // `folder` has the agency's agency.toml; adapter.toml, the mapping file and the token go there.
  Program(std::string name, std::string folder);

  // `mapping` is the mapping file's text, `tables` the configuration from [case] on.
  absl::Status Configure(const std::string& mapping, const std::string& tables);
  // `die_at`: "step:n" of the runtime (AMANA_DIE_AT), at which it kills itself.
  absl::Status Start(const std::string& die_at = "");
  bool Running() { return child_ != nullptr && child_->Running(); }
  // Its wait status, once it has ended.
  std::optional<int> Ended() { return child_ == nullptr ? 0 : child_->Wait(absl::ZeroDuration()); }
  void Kill();          // SIGKILL, reaped
  absl::Status Stop();  // SIGTERM; OK: exit code 0
  // Runs another command of the program to its end; its exit code.
  absl::StatusOr<int> Run(const std::string& command);

  Json Call(const std::string& method, const std::string& path, const std::string& body) override;
  // Nothing waits in it: no item, nothing unsent, no delivery, and no dead letter.
  bool IsIdle();
  Json DeadLetters();

  const std::string& name() const { return name_; }
  std::string error_file() const { return folder_ + "/adapter.err"; }
  const std::string& folder() const { return folder_; }

 private:
  const std::string name_, folder_, token_;
  const int port_;
  const std::unique_ptr<http::Client> client_;
  std::unique_ptr<tests::ChildProcess> child_;
};

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_PROGRAM_H_
