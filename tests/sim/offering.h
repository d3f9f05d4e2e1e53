// What SYNTHETIC shelters of a simulated town give, and to whom, as chance has it.
#ifndef AMANA_TESTS_SIM_OFFERING_H_
#define AMANA_TESTS_SIM_OFFERING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "amana/v1/codes.pb.h"
#include "amana/v1/directory.pb.h"
#include "tests/sim/chance.h"

namespace amana::sim {

// What is asked for, and where: counties of the town, and services that shelters of it may give.
inline constexpr uint32_t kCounties[] = {1, 8, 16, 22, 32, 42, 47};
inline constexpr v1::ServiceType kServices[] = {
    v1::SERVICE_TYPE_ACCOMMODATION, v1::SERVICE_TYPE_PSYCHOSOCIAL, v1::SERVICE_TYPE_BASIC_NEEDS,
    v1::SERVICE_TYPE_EDUCATION, v1::SERVICE_TYPE_LIVELIHOOD};

// What a shelter says of itself in the directory, and how it is.
struct Offering {
  std::vector<v1::ServiceType> services;  // ascending
  uint32_t county = 0;
  std::vector<uint32_t> serves;  // empty: every county
  std::vector<v1::SexConstraint> sexes;
  uint32_t places = 0;
  bool reports_room = false;
};

// The first gives everything to everybody.
Offering MakeOffering(size_t number, Chance& chance);
void Describe(const Offering& offering, v1::DirectoryUnit& unit);
// The agency: "shelter-007".
std::string ShelterName(size_t number);

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_OFFERING_H_
