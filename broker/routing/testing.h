// For tests and benches: SYNTHETIC providers.
#ifndef AMANA_BROKER_ROUTING_TESTING_H_
#define AMANA_BROKER_ROUTING_TESTING_H_

#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "broker/routing/directory.h"
#include "broker/routing/rank.h"

namespace amana::routing {

inline absl::Time TestNow() { return absl::FromUnixSeconds(1900000000); }

// "agency/unit", a shelter's, that offers `services` to everybody from everywhere, day and night.
Unit TestUnit(std::string_view address, ServiceSet services, uint32_t county = 47);
AgencyPtr TestAgency(std::vector<Unit> units, v1::AgencyKind kind = v1::AGENCY_KIND_SHELTER);

// Agencies "a0" and so on, of one to three units, of all kinds, with mandates, hours and reports of
// room that differ, some of them old.
std::vector<AgencyPtr> RandomAgencies(std::mt19937& random, int agencies);
// A question that some of them answer to.
RankRequest RandomRequest(std::mt19937& random);

}  // namespace amana::routing

#endif  // AMANA_BROKER_ROUTING_TESTING_H_
