#include "tests/sim/town.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace amana::sim {
namespace {

std::string NameOf(size_t number) {
  char name[24];
  std::snprintf(name, sizeof name, "shelter-%03zu", number);
  return name;
}

void Describe(const Profile& profile, v1::DirectoryUnit& unit) {
  unit.clear_services();
  for (const v1::ServiceType service : profile.services) unit.add_services(service);
  unit.set_county(profile.county);
  for (const uint32_t county : profile.serves) unit.add_counties(county);
  unit.clear_sexes();
  for (const v1::SexConstraint sex : profile.sexes) unit.add_sexes(sex);
}

}  // namespace

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
  Profile profile;
  profile.shelter.agency = NameOf(number);
  // A bed at every second, and something else at all; the first gives everything to everybody.
  for (const v1::ServiceType service : kServices) {
    if (number == 0 || chance.Percent(service == v1::SERVICE_TYPE_ACCOMMODATION ? 50 : 35)) {
      profile.services.push_back(service);
    }
  }
  if (profile.services.empty()) profile.services.push_back(v1::SERVICE_TYPE_BASIC_NEEDS);
  std::sort(profile.services.begin(), profile.services.end());
  profile.county = kCounties[chance.Below(std::size(kCounties))];
  if (number > 0 && chance.Percent(65)) {
    for (const uint32_t county : kCounties) {
      if (county == profile.county || chance.Percent(30)) profile.serves.push_back(county);
    }
  }
  const uint64_t whom = number == 0 ? 99 : chance.Below(100);
  if (whom >= 10) profile.sexes.push_back(v1::SEX_CONSTRAINT_FEMALE);
  if (whom < 10 || whom >= 50) profile.sexes.push_back(v1::SEX_CONSTRAINT_MALE);
  profile.places = static_cast<uint32_t>(8 + chance.Below(50));
  profile.reports_room =
      profile.services[0] == v1::SERVICE_TYPE_ACCOMMODATION && chance.Percent(80);
  return profile;
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
