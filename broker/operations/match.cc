#include "broker/operations/match.h"

#include <vector>

#include "broker/delivery/wire.h"
#include "broker/routing/match.h"

namespace amana::operations {
namespace {

std::vector<routing::Provider> ProvidersOf(const identity::Registry& registry, absl::Time now) {
  std::vector<routing::Provider> providers;
  for (const identity::Agency& agency : registry.agencies()) {
    for (const identity::Unit& unit : agency.units) {
      providers.push_back(
          {.address = unit.address,
           .kind = agency.kind,
           .county = unit.county,
           .services = unit.services,
           .health_qualified = agency.health_qualified && now < agency.health_qualified_until});
    }
  }
  return providers;
}

}  // namespace

absl::StatusOr<v1::MatchResponse> Match(const Context& context, const v1::MatchRequest& request) {
  const delivery::Moment moment = context.Now();
  const identity::Registry& registry = *moment.trust->registry;
  AMANA_ASSIGN_OR_RETURN(const std::vector<routing::Candidate> matches,
                         routing::MatchRecipients(ProvidersOf(registry, moment.now),
                                                  request.service(), request.county()));
  v1::MatchResponse response;
  for (const routing::Candidate& match : matches) {
    const identity::RegisteredCertificate* sealing =
        registry.CurrentSealingCertificate(match.address, moment.now, *moment.trust->revocations);
    if (sealing == nullptr) continue;  // nothing can be sealed to it
    v1::Candidate& candidate = *response.add_candidates();
    *candidate.mutable_address() = delivery::ToWire(match.address);
    candidate.set_kind(match.kind);
    candidate.set_county(match.county);
    candidate.set_sealing_certificate(std::string(sealing->certificate.der()));
    candidate.set_health_qualified(match.health_qualified);
  }
  return response;
}

}  // namespace amana::operations
