#include "broker/delivery/candidates.h"

#include <algorithm>
#include <map>
#include <utility>

#include "broker/delivery/chain.h"
#include "broker/delivery/clocks.h"
#include "broker/delivery/errors.h"
#include "broker/delivery/recipients.h"
#include "broker/delivery/submission.h"
#include "broker/delivery/wire.h"
#include "broker/routing/choose.h"

namespace amana::delivery {
namespace {

// Decides about one candidate after the other and keeps the last decision.
class Judge {
 public:
  Judge(const store::Snapshot& snapshot, const Moment& moment, const Search& search)
      : snapshot_(snapshot), moment_(moment), search_(search) {}

  consent::Decision Decide(const Address& candidate) const {
    return DecideTask(snapshot_, moment_, *search_.header, search_.task, candidate,
                      search_.categories, consent::Attempt::kFirst);
  }

 private:
  const store::Snapshot& snapshot_;
  const Moment& moment_;
  const Search& search_;
};

std::optional<CertId> SealedTo(const Recipients& recipients, const Search& search,
                               const Address& address) {
  const crypto::Certificate* const sealing = recipients.Sealing(address);
  if (sealing == nullptr) return std::nullopt;
  const bool sealed = std::find(search.grantees.begin(), search.grantees.end(),
                                store::Grantee{address, sealing->id()}) != search.grantees.end();
  return sealed ? std::optional<CertId>(sealing->id()) : std::nullopt;
}

routing::RankRequest RankOf(const Recipients& recipients, const Moment& moment,
                            const Search& search) {
  const v1::ReferralHeader& header = *search.header;
  const v1::ServiceRequest& service = header.services(static_cast<int>(search.task));
  routing::RankRequest request;
  request.service = service.service();
  if (service.has_route()) {
    request.county = service.route().county();
    request.age_class = service.route().age_class();
    request.sex = service.route().sex();
    request.language = service.route().language();
  }
  request.urgency = header.urgency();
  request.embassy_contact = header.assertions().embassy_contact();
  if (search.family.has_value()) {
    request.places = search.family->places;
    request.ages = search.family->ages;
    request.sexes = search.family->sexes;
  }
  const absl::StatusOr<Address> sender = FromWire(header.sender(), "sender");
  if (sender.ok()) request.excluded.push_back(*sender);
  request.asked = search.asked;
  for (const store::Grantee& grantee : search.grantees) {
    if (SealedTo(recipients, search, grantee.recipient).has_value()) {
      request.sealed.push_back(grantee.recipient);
    }
  }
  request.now = moment.now;
  return request;
}

// Whom a person has come from: but for the recipient that the header itself names.
absl::StatusOr<std::vector<Address>> LoopsOf(const store::Snapshot& snapshot,
                                             const Search& search) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<AgencyId> chain, ChainOf(snapshot, *search.header));
  const v1::ServiceRequest& service = search.header->services(static_cast<int>(search.task));
  std::vector<Address> loops;
  for (const AgencyId& agency : chain) {
    if (agency.value() != service.recipient().agency()) loops.push_back({agency, UnitId()});
  }
  return loops;
}

// The order in which to ask: of a family, only where others of it are. Nullopt: nowhere.
std::optional<std::vector<Address>> AskedInOrder(const Search& search) {
  if (!search.family.has_value() || search.family->at.empty()) return search.order;
  if (search.order.empty()) return search.family->at;
  std::vector<Address> order = search.order;
  const std::vector<Address>& at = search.family->at;
  std::erase_if(order, [&](const Address& address) {
    return std::find(at.begin(), at.end(), address) == at.end();
  });
  if (order.empty()) return std::nullopt;
  return order;
}

// How many places are held at a unit, looked up once for each.
class Places {
 public:
  Places(const store::Snapshot& snapshot, const Recipients& recipients, absl::Time now)
      : snapshot_(snapshot), recipients_(recipients), now_(now) {}

  uint32_t Held(const Address& unit, v1::ServiceType service) {
    const auto [known, fresh] = held_.try_emplace(unit, 0);
    if (!fresh) return known->second;
    const routing::Unit* const facts = recipients_.directory().unit(unit);
    if (facts == nullptr) return 0;
    // What cannot be read is held for nobody: that a unit is full is not to be believed lightly.
    known->second =
        snapshot_.offers().PlacesHeld(unit, service, facts->capacity.counted, now_).value_or(0);
    return known->second;
  }

 private:
  const store::Snapshot& snapshot_;
  const Recipients& recipients_;
  const absl::Time now_;
  std::map<Address, uint32_t> held_;
};

// A person's choice: whoever is registered, can be sealed to and is permitted.
Found FindNamed(const Recipients& recipients, const Judge& judge, const Search& search) {
  Found found;
  const Address& named = *search.named;
  if (recipients.unit(named) == nullptr || recipients.Sealing(named) == nullptr) {
    found.missing = v1::ROUTE_GAP_OTHER;
    return found;
  }
  found.decision = judge.Decide(named);
  if (found.decision.Delivers()) {
    found.recipient = named;
    found.sealed = SealedTo(recipients, search, named);
  } else {
    found.missing = v1::ROUTE_GAP_CONSENT;
    found.not_permitted = named;
  }
  return found;
}

}  // namespace

absl::StatusOr<Found> FindCandidate(const store::Snapshot& snapshot, const Moment& moment,
                                    const Search& search) {
  AMANA_ASSIGN_OR_RETURN(const Recipients recipients, Recipients::Of(snapshot, moment));
  const Judge judge(snapshot, moment, search);
  if (search.named.has_value()) return FindNamed(recipients, judge, search);
  Found found;
  std::optional<std::vector<Address>> order = AskedInOrder(search);
  if (!order.has_value()) {
    found.missing = v1::ROUTE_GAP_OTHER;
    return found;
  }
  routing::RankRequest rank = RankOf(recipients, moment, search);
  AMANA_ASSIGN_OR_RETURN(const std::vector<Address> loops, LoopsOf(snapshot, search));
  rank.excluded.insert(rank.excluded.end(), loops.begin(), loops.end());
  Places places(snapshot, recipients, moment.now);
  consent::Decision last;
  consent::Decision first;  // on whom consent alone stands against
  bool any = false;
  AMANA_ASSIGN_OR_RETURN(
      const routing::Choice choice,
      routing::Choose(
          recipients.directory(), {std::move(rank), *std::move(order)},
          [&](const routing::Agency& agency, const routing::Unit& unit) {
            return recipients.Admits(agency, unit);
          },
          [&](const Address& unit, v1::ServiceType service) { return places.Held(unit, service); },
          [&](const Address& candidate) {
            last = judge.Decide(candidate);
            if (!any) first = last;
            any = true;
            return last.Delivers();
          }));
  found.recipient = choice.recipient;
  found.missing = choice.missing;
  found.not_permitted = choice.not_permitted;
  found.decision = choice.recipient.has_value() ? std::move(last) : std::move(first);
  if (choice.recipient.has_value()) {
    found.sealed = SealedTo(recipients, search, *choice.recipient);
  }
  return found;
}

absl::StatusOr<OfferedFrom> LoadOffered(const store::Snapshot& snapshot,
                                        const store::ReferralRecord& referral) {
  AMANA_ASSIGN_OR_RETURN(StoredSubmission stored, ReadSubmission(snapshot, referral.key));
  OfferedFrom from;
  from.referral = referral;
  from.header = std::move(stored.header);
  from.submission = std::move(stored.submission);
  from.categories = CategoriesOf(from.submission);
  return from;
}

std::vector<Address> OrderOf(const v1::ReferralHeader& header, uint32_t task,
                             const std::optional<std::vector<Address>>& set) {
  if (set.has_value()) return *set;
  const v1::ServiceRequest& service = header.services(static_cast<int>(task));
  if (!service.has_recipient()) return {};
  const absl::StatusOr<Address> recipient = FromWire(service.recipient(), "recipient");
  if (!recipient.ok()) return {};
  return {*recipient};
}

absl::StatusOr<Search> SearchFor(const store::Snapshot& snapshot, const OfferedFrom& from,
                                 const store::TaskRecord& task) {
  if (task.key.task >= static_cast<uint32_t>(from.header.services_size()))
    return RecordUnreadable();
  Search search;
  search.header = &from.header;
  search.task = task.key.task;
  search.categories = from.categories;
  AMANA_ASSIGN_OR_RETURN(std::optional<envelope::CandidateOrderStatement> order,
                         FindOrder(snapshot, task.key.referral, from.submission));
  std::optional<std::vector<Address>> set;
  if (order.has_value()) {
    const auto own = order->tasks.find(task.key.task);
    if (own != order->tasks.end()) set = std::move(own->second);
  }
  search.order = OrderOf(from.header, task.key.task, set);
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::OfferRecord> past,
                         snapshot.offers().PastOffers(task.key));
  for (const store::OfferRecord& offer : past) search.asked.push_back(offer.recipient);
  if (WasOffered(task)) search.asked.push_back(*task.recipient);
  AMANA_ASSIGN_OR_RETURN(search.family, NeedOf(snapshot, from.header, search.task));
  AMANA_ASSIGN_OR_RETURN(search.grantees, GranteesOf(snapshot, task.key.referral, from.submission));
  return search;
}

}  // namespace amana::delivery
