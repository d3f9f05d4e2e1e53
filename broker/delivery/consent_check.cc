#include "broker/delivery/consent_check.h"

#include "amana/v1/referral.pb.h"
#include "broker/consent/records.h"

namespace amana::delivery {
namespace {

// What the registry knows of a recipient. One that is not registered keeps the defaults, which
// deny.
consent::RecipientFacts FactsOf(const identity::Registry& registry, const Address& address) {
  consent::RecipientFacts facts;
  facts.address = address;
  const identity::Agency* agency = registry.agency(address.agency);
  const identity::Unit* unit = registry.unit(address);
  if (agency == nullptr || unit == nullptr) return facts;
  facts.kind = agency->kind;
  facts.abroad = agency->country != "KE";
  facts.embassy = agency->embassy();
  facts.health_qualified = agency->health_qualified;
  facts.child_services_only = !unit->services.empty();
  for (const v1::ServiceType service : unit->services) {
    if (service != v1::SERVICE_TYPE_PSYCHOSOCIAL && service != v1::SERVICE_TYPE_CHILD_PROTECTION) {
      facts.child_services_only = false;
    }
  }
  return facts;
}

}  // namespace

consent::Decision DecideTask(const store::Snapshot& snapshot, const Moment& moment,
                             const v1::ReferralHeader& header, uint32_t task,
                             const Address& recipient, codes::CategorySet categories,
                             consent::Attempt attempt) {
  const absl::StatusOr<consent::HeaderFacts> facts =
      consent::FromHeader(header, task, categories, /*authentic=*/true);
  if (!facts.ok()) return consent::Decision();  // denies
  const absl::StatusOr<std::shared_ptr<const store::SubjectRecords>> records =
      snapshot.consents().OfSubject(facts->pseudonym);
  const consent::Environment environment{
      .now = moment.now, .clock_ok = moment.clock_ok, .store_ok = records.ok(), .attempt = attempt};
  const consent::RecipientFacts to = FactsOf(*moment.trust->registry, recipient);
  if (!records.ok()) return consent::Decide(*facts, {}, {}, to, environment);
  return consent::Decide(*facts, (*records)->consents, (*records)->exclusions, to, environment);
}

codes::CategorySet CategoriesOf(const v1::Submission& sections) {
  codes::CategorySet out;
  for (const v1::SlotOpening& opening : sections.openings()) out.Add(opening.category());
  return out;
}

std::vector<uint8_t> PublicRuleNumbers(const consent::Decision& decision) {
  std::vector<uint8_t> out;
  for (const uint32_t rule : consent::RuleNumbers(decision.PublicRules())) {
    out.push_back(static_cast<uint8_t>(rule));
  }
  return out;
}

}  // namespace amana::delivery
