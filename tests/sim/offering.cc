#include "tests/sim/offering.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace amana::sim {

std::string ShelterName(size_t number) {
  char name[24];
  std::snprintf(name, sizeof name, "shelter-%03zu", number);
  return name;
}

void Describe(const Offering& offering, v1::DirectoryUnit& unit) {
  unit.clear_services();
  for (const v1::ServiceType service : offering.services) unit.add_services(service);
  unit.set_county(offering.county);
  for (const uint32_t county : offering.serves) unit.add_counties(county);
  unit.clear_sexes();
  for (const v1::SexConstraint sex : offering.sexes) unit.add_sexes(sex);
}

Offering MakeOffering(size_t number, Chance& chance) {
  Offering offering;
  // A bed at every second, and something else at all; the first gives everything to everybody.
  for (const v1::ServiceType service : kServices) {
    if (number == 0 || chance.Percent(service == v1::SERVICE_TYPE_ACCOMMODATION ? 50 : 35)) {
      offering.services.push_back(service);
    }
  }
  if (offering.services.empty()) offering.services.push_back(v1::SERVICE_TYPE_BASIC_NEEDS);
  std::sort(offering.services.begin(), offering.services.end());
  offering.county = kCounties[chance.Below(std::size(kCounties))];
  if (number > 0 && chance.Percent(65)) {
    for (const uint32_t county : kCounties) {
      if (county == offering.county || chance.Percent(30)) offering.serves.push_back(county);
    }
  }
  const uint64_t whom = number == 0 ? 99 : chance.Below(100);
  if (whom >= 10) offering.sexes.push_back(v1::SEX_CONSTRAINT_FEMALE);
  if (whom < 10 || whom >= 50) offering.sexes.push_back(v1::SEX_CONSTRAINT_MALE);
  offering.places = static_cast<uint32_t>(8 + chance.Below(50));
  offering.reports_room =
      offering.services[0] == v1::SERVICE_TYPE_ACCOMMODATION && chance.Percent(80);
  return offering;
}

}  // namespace amana::sim
