// The other programs of a live world: `sim_live --role NAME`. Each lives in the folder until
// SIGTERM, finishes what it has begun, and prints one line of JSON: what it counted, by name.
#ifndef AMANA_TESTS_SIM_LIVE_ROLES_H_
#define AMANA_TESTS_SIM_LIVE_ROLES_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "tests/sim/live_run.h"

namespace amana::sim {

struct RoleOptions {
  std::string role;  // "providers", "coordinator" or "police"
  size_t number = 0;
  std::string world;
};

// Before the process has any other thread. Errors: what nobody would expect of the world.
absl::Status PlayRole(const RoleOptions& role, const LiveOptions& options);

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_ROLES_H_
