// Who can be asked for a service, in which order. Pure: the same facts give the same answer, so
// that an order can be explained and repeated years later.
#ifndef AMANA_BROKER_ROUTING_MATCH_H_
#define AMANA_BROKER_ROUTING_MATCH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/codes.pb.h"
#include "base/ids.h"
#include "broker/routing/directory.h"

namespace amana::routing {

// Plain facts of one unit.
struct Provider {
  Address address;
  v1::AgencyKind kind = v1::AGENCY_KIND_UNSPECIFIED;
  uint32_t county = 0;  // 1 to 47; 0: none (it works country-wide or abroad)
  std::vector<v1::ServiceType> services;
  bool health_qualified = false;
};

struct Candidate {
  Address address;
  v1::AgencyKind kind = v1::AGENCY_KIND_UNSPECIFIED;
  uint32_t county = 0;
  bool health_qualified = false;
  bool same_county = false;  // why it stands where it stands
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

// Those of `providers` that offer `service`: first those in `county`, then the others; within both
// by address, ascending. `county` 0: no preference. The addresses must differ: with that the order
// of `providers` does not matter. SERVICE_INVALID, COUNTY_INVALID.
absl::StatusOr<std::vector<Candidate>> MatchRecipients(std::span<const Provider> providers,
                                                       v1::ServiceType service, uint32_t county);

}  // namespace amana::routing

#endif  // AMANA_BROKER_ROUTING_MATCH_H_
