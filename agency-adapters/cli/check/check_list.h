// The checks of the conformance kit, in the order in which they run: what the contract of an
// adapter (agency-adapters/runtime/adapter.h) promises, each by a name that does not change.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_LIST_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_LIST_H_

#include <vector>

#include "agency-adapters/cli/check/check_rig.h"

namespace amana::cli {

struct Check {
  const char* name;
  const char* promise;
  void (*run)(Rig& rig, Verdict& verdict);
};

// What comes, goes, comes twice and is killed; what cannot be said; what is taken back.
const std::vector<Check>& DeliveryChecks();
// Clocks and keys that go wrong. They leave the drill's keys other than they were.
const std::vector<Check>& TrustChecks();

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CHECK_CHECK_LIST_H_
