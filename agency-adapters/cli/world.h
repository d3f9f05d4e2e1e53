// What a command needs of the world around it; tests put their own there.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_WORLD_H_
#define AMANA_AGENCY_ADAPTERS_CLI_WORLD_H_

#include <functional>
#include <memory>
#include <ostream>

#include "absl/status/statusor.h"
#include "agency-adapters/sdk/client.h"
#include "agency-adapters/sdk/identity.h"
#include "base/clock.h"

namespace amana::cli {

// References outlive the run of a command.
struct World {
  const Clock& clock;
  std::ostream& out;
  std::ostream& err;
  bool err_is_tty = false;
  // Connects lazily: no error of the network.
  std::function<absl::StatusOr<std::unique_ptr<sdk::Client>>(const sdk::Identity&, const Clock&)>
      connect;
  // True once the user wants a watching command to end.
  std::function<bool()> stop = [] { return false; };
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_WORLD_H_
