// The adapter program under test: its configuration with a drill's identity in place of its own,
// the process, its local API, and what the third party's probe says of the native side.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_PROGRAM_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_PROGRAM_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/cli/report.h"
#include "base/child_process.h"
#include "base/http_client.h"

namespace amana::cli {

// `text`, an adapter's configuration, without what the drill says itself: identity, journal, poll,
// [api], [metrics], [logging], [retry]. All else, [native] above all, stays as it is.
std::string DrillConfig(std::string_view text, const std::string& identity,
                        const std::string& folder);

struct ProgramOptions {
  std::string program;   // path
  std::string config;    // the third party's adapter.toml
  std::string identity;  // the drill's agency.toml
  std::string folder;    // private: journal, token, log
  std::string probe;     // a shell command; empty: none
};

// Thread-compatible. Errors: PROGRAM_FAILED.
class AdapterProgram {
 public:
  // Writes the drill's configuration beside the given one, from where its paths are meant.
  static absl::StatusOr<std::unique_ptr<AdapterProgram>> Prepare(ProgramOptions options);
  ~AdapterProgram();  // ends it, and removes that file

  // Until it says that it has started. `die_at`: AMANA_DIE_AT of runtime/program.h.
  absl::Status Start(const std::string& die_at = "");
  bool Running() { return child_ != nullptr && child_->Running(); }
  bool Dies(absl::Duration timeout) { return child_->Wait(timeout).has_value(); }
  void Kill();
  absl::Status Stop();  // SIGTERM; OK: it ended with 0
  // Another command of the program: its exit code, and what it said.
  struct Said {
    int code = 0;
    std::string out;
  };
  absl::StatusOr<Said> Run(std::vector<std::string> arguments);

  struct Answer {
    int status = 0;  // 0: none
    Json json;
  };
  Answer Api(const std::string& method, const std::string& path, const std::string& body = "");

  // How many native records hold the content of this delivery; none without a probe. PROBE_INVALID.
  absl::StatusOr<std::optional<int>> Probe(const std::string& key);

  const std::string& journal() const { return journal_; }
  std::string Log() const;  // all that it wrote to stderr

 private:
  explicit AdapterProgram(ProgramOptions options) : options_(std::move(options)) {}

  const ProgramOptions options_;
  std::string config_, journal_, api_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<ChildProcess> child_;
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_PROGRAM_H_
