#include "broker/delivery/recipients.h"

#include <algorithm>
#include <utility>

namespace amana::delivery {

absl::StatusOr<Recipients> Recipients::Of(const store::Snapshot& snapshot, const Moment& moment) {
  AMANA_ASSIGN_OR_RETURN(routing::DirectoryPtr directory, snapshot.directory().Current());
  return Recipients(std::move(directory), moment);
}

bool Recipients::Vouched(const routing::Agency& agency) const {
  const identity::Agency* const known = moment_.trust->registry->agency(agency.id);
  return known != nullptr && known->kind == agency.kind && known->country == agency.country;
}

bool Recipients::Holds(const crypto::Certificate& sealing) const {
  const identity::Registry& registry = *moment_.trust->registry;
  const absl::StatusOr<CertId> issuer = registry.CheckIdentity(sealing);
  return issuer.ok() && registry.CheckTime(sealing, moment_.now).ok() &&
         !registry.IsRevoked(sealing.id(), *issuer, *moment_.trust->revocations);
}

const routing::Unit* Recipients::unit(const Address& address) const {
  const routing::Agency* const agency = directory_->agency(address.agency);
  return agency == nullptr || !Vouched(*agency) ? nullptr : agency->unit(address.unit);
}

const crypto::Certificate* Recipients::SealingOf(const routing::Unit& unit) const {
  const auto current = std::find_if(unit.sealing.begin(), unit.sealing.end(),
                                    [this](const auto& sealing) { return Holds(sealing); });
  return current == unit.sealing.end() ? nullptr : &*current;
}

const crypto::Certificate* Recipients::Sealing(const Address& address) const {
  const routing::Unit* const known = unit(address);
  return known == nullptr ? nullptr : SealingOf(*known);
}

bool Recipients::Has(const Address& address, const CertId& sealing) const {
  const routing::Unit* const known = unit(address);
  return known != nullptr && std::any_of(known->sealing.begin(), known->sealing.end(),
                                         [&](const auto& one) { return one.id() == sealing; });
}

bool Recipients::Revoked(const Address& address, const CertId& sealing) const {
  const identity::Registry& registry = *moment_.trust->registry;
  const identity::RevocationList& revoked = *moment_.trust->revocations;
  const routing::Unit* const known = directory_->unit(address);
  if (known != nullptr) {
    for (const crypto::Certificate& one : known->sealing) {
      if (one.id() != sealing) continue;
      const absl::StatusOr<CertId> issuer = registry.CheckIdentity(one);
      return !issuer.ok() || registry.IsRevoked(sealing, *issuer, revoked);
    }
  }
  return registry.IsRevoked(sealing, sealing, revoked);
}

bool Recipients::Admits(const routing::Agency& agency, const routing::Unit& unit) const {
  return Vouched(agency) && SealingOf(unit) != nullptr;
}

consent::RecipientFacts Recipients::Facts(const Address& address, const Pseudonym& subject) const {
  consent::RecipientFacts facts;
  facts.address = address;
  const routing::Unit* const known = unit(address);
  if (known == nullptr) return facts;
  const routing::Agency& agency = *directory_->agency(address.agency);
  facts.kind = agency.kind;
  facts.abroad = agency.country != "KE";
  facts.embassy = agency.kind == v1::AGENCY_KIND_EMBASSY;
  facts.health_qualified = agency.health_qualified;
  facts.health_qualified_until = agency.health_qualified_until;
  facts.safeguards_until = agency.safeguards_until;
  facts.guardian_flagged = moment_.trust->registry->GuardianFlagged(subject);
  constexpr routing::ServiceSet kForChildren = {v1::SERVICE_TYPE_PSYCHOSOCIAL,
                                                v1::SERVICE_TYPE_CHILD_PROTECTION};
  facts.child_services_only = !known->services.empty() && kForChildren.ContainsAll(known->services);
  return facts;
}

}  // namespace amana::delivery
