// A live world: the real broker in a drill, with the police, a coordinator and shelters as programs
// of their own that are started from this one, of which some and the broker are killed on the way.
// For one thread.
#ifndef AMANA_TESTS_SIM_LIVE_RUN_H_
#define AMANA_TESTS_SIM_LIVE_RUN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/sim/live_folder.h"
#include "tests/sim/live_watch.h"
#include "tests/sim/offering.h"
#include "tests/support/broker_process.h"
#include "tests/support/broker_world.h"
#include "tests/support/child_process.h"

namespace amana::sim {

struct LiveOptions {
  uint64_t seed = 1;
  int seconds = 60;
  int drain = 20;  // at most, until all is over
  size_t providers = 60;
  double per_second = 5;
  bool deaf = false;  // the control
  bool keep = false;
};

// The shelters of a town, by number: the same in each of its programs.
std::vector<Offering> MakeTown(uint64_t seed, size_t providers);
std::vector<std::string> ShelterNames(size_t providers);
// Which shelters one program plays: every kPrograms-th.
inline constexpr size_t kPrograms = 6;

class LiveRun {
 public:
  // `program`: this one, to be started in its other roles (live_roles.h).
  LiveRun(std::string program, const LiveOptions& options);
  absl::Status Go();

  const LiveWatch& watch() const { return *watch_; }
  // What the programs signed, by who, call and what became of it; and their own counts.
  const std::map<std::string, uint64_t>& said() const { return said_; }
  size_t brokers_killed() const { return brokers_killed_; }
  size_t providers_killed() const { return providers_killed_; }
  const std::string& custody() const { return custody_; }
  bool custody_good() const { return custody_good_; }

 private:
  absl::Status SetUp();
  absl::Status SetDirectory();
  absl::Status StartRole(const std::string& role, size_t number);
  absl::Status Live();
  absl::Status Drain();
  // A look, where the broker can be reached.
  absl::Status Look();
  absl::Status KillWhoIsDue(absl::Time now);
  // An error that has the end of the program's log.
  absl::Status Fault(const std::string& name, const std::string& what) const;
  absl::Status StopRole(const std::string& name);
  absl::Status Judge();
  absl::Status CheckCustody();

  const std::string program_;
  const LiveOptions options_;
  const std::vector<Offering> town_;
  tests::BrokerWorld world_;
  const LiveFolder folder_;
  tests::BrokerProcess broker_;
  std::map<std::string, std::unique_ptr<tests::ChildProcess>> roles_;
  std::unique_ptr<LiveWatch> watch_;
  absl::Time began_;
  std::map<absl::Time, std::string> kills_;  // a role's name, or "broker"
  std::map<std::string, uint64_t> said_;
  size_t brokers_killed_ = 0;
  size_t providers_killed_ = 0;
  std::string custody_;
  bool custody_good_ = false;
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_LIVE_RUN_H_
