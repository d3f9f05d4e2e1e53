#include "broker/routing/match.h"

#include <algorithm>
#include <tuple>

#include "broker/routing/errors.h"

namespace amana::routing {
namespace {

bool Offers(const Provider& provider, v1::ServiceType service) {
  return std::find(provider.services.begin(), provider.services.end(), service) !=
         provider.services.end();
}

bool Before(const Candidate& a, const Candidate& b) {
  return std::tie(b.same_county, a.address) < std::tie(a.same_county, b.address);
}

}  // namespace

absl::StatusOr<std::vector<Candidate>> MatchRecipients(std::span<const Provider> providers,
                                                       v1::ServiceType service, uint32_t county) {
  if (service == v1::SERVICE_TYPE_UNSPECIFIED || !v1::ServiceType_IsValid(service)) {
    return ServiceInvalid();
  }
  if (county > kCounties) return CountyInvalid(county);
  std::vector<Candidate> candidates;
  for (const Provider& provider : providers) {
    if (!Offers(provider, service)) continue;
    candidates.push_back({provider.address, provider.kind, provider.county,
                          provider.health_qualified, county != 0 && provider.county == county});
  }
  std::sort(candidates.begin(), candidates.end(), Before);
  return candidates;
}

}  // namespace amana::routing
