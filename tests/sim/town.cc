#include "tests/sim/town.h"

namespace amana::sim {

Town::Town(uint64_t seed, size_t providers) : chance(seed) {
  operations::AppointOfficer(world);
  // The world's own shelter is none of this town.
  operations::ChangeShelter(world, operations::kHaven,
                            [](v1::DirectoryUnit& unit) { unit.clear_services(); });
  for (size_t i = 0; i < providers; ++i) {
    shelters.push_back(MakeProfile(i));
    numbers_[shelters.back().shelter.agency] = i;
    operations::AddShelter(world, shelters.back().shelter,
                           [&](v1::DirectoryUnit& unit) { Describe(shelters.back(), unit); });
  }
}

Profile Town::MakeProfile(size_t number) {
  return {MakeOffering(number, chance), operations::Shelter{ShelterName(number)}};
}

Case* Town::Find(const StatementKey& key) {
  const auto found = cases.find(key);
  return found == cases.end() ? nullptr : &found->second;
}

const Profile* Town::ShelterOf(const AgencyId& agency) const {
  const auto found = numbers_.find(agency.value());
  return found == numbers_.end() ? nullptr : &shelters[found->second];
}

}  // namespace amana::sim
