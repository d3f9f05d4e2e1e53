// The SYNTHETIC town of the simulated week: shelters of all kinds in the directory, one agency that
// sends ("police"), and what everybody knows of each referral. For one thread.
#ifndef AMANA_TESTS_SIM_TOWN_H_
#define AMANA_TESTS_SIM_TOWN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "broker/operations/testing_offers.h"
#include "tests/sim/agenda.h"
#include "tests/sim/chance.h"
#include "tests/sim/offering.h"

namespace amana::sim {

struct Profile : Offering {
  operations::Shelter shelter;
};

// One referral, as its sender knows it.
struct Case {
  operations::Sent sent;
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  v1::Urgency urgency = v1::URGENCY_NORMAL;
  bool minor = false;
  bool hands_over = false;        // the person is brought, once somebody has accepted
  std::vector<size_t> consented;  // numbers of the shelters that the consent names
};

class Town {
 public:
  Town(uint64_t seed, size_t providers);

  absl::Time Now() { return world.clock().Now(); }
  void After(absl::Duration delay, Agenda::Act act) { agenda.At(Now() + delay, std::move(act)); }
  // Null: none.
  Case* Find(const StatementKey& key);
  const Profile* ShelterOf(const AgencyId& agency) const;
  // The task as the store has it.
  store::TaskRecord TaskOf(const Case& each) { return operations::TaskOf(world, each.sent); }

  operations::World world;
  Chance chance;
  Agenda agenda;
  std::vector<Profile> shelters;  // does not change
  std::map<StatementKey, Case> cases;

 private:
  Profile MakeProfile(size_t number);

  std::map<std::string, size_t> numbers_;  // of shelters, by agency
};

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_TOWN_H_
