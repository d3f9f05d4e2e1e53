// Whom a task of a referral could be offered to now: the directory's facts, the sender's order,
// what is sealed, who was asked, and consent, put together for routing::Choose.
#ifndef AMANA_BROKER_DELIVERY_CANDIDATES_H_
#define AMANA_BROKER_DELIVERY_CANDIDATES_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"
#include "broker/consent/decision.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/family.h"
#include "broker/store/store.h"

namespace amana::delivery {

// What a search goes by. The header must outlive it.
struct Search {
  const v1::ReferralHeader* header = nullptr;
  uint32_t task = 0;
  codes::CategorySet categories;         // of the referral's sections
  std::vector<Address> order;            // the sender's for this task; empty: the ranking's
  std::vector<Address> asked;            // in this task, before
  std::vector<store::Grantee> grantees;  // whom it is sealed to
  std::optional<FamilyNeed> family;      // where others of the person's family are
  // A person says to whom: nobody else, whatever the filters say, and though it was asked before.
  std::optional<Address> named;
};

struct Found {
  std::optional<Address> recipient;
  // On the recipient; else on `not_permitted`.
  consent::Decision decision;
  std::optional<CertId> sealed;  // the recipient's current certificate, if it is sealed to that
  // Where there is no recipient: what was missing, and whom consent alone stands against.
  v1::RouteGap missing = v1::ROUTE_GAP_UNSPECIFIED;
  std::optional<Address> not_permitted;
};

// Nobody who has referred the person before on this way is asked, unless the header or a person
// names them (chain.h). Nothing found is no error. Errors of store::Directory::Current and of
// ChainOf; RECORD_UNREADABLE.
absl::StatusOr<Found> FindCandidate(const store::Snapshot& snapshot, const Moment& moment,
                                    const Search& search);

// A stored referral with its body, from which a task is offered.
struct OfferedFrom {
  store::ReferralRecord referral;
  v1::ReferralHeader header;
  v1::Submission submission;
  codes::CategorySet categories;
};
// STORE_CORRUPT; ERASED, when nothing is left to offer.
absl::StatusOr<OfferedFrom> LoadOffered(const store::Snapshot& snapshot,
                                        const store::ReferralRecord& referral);

// The search for the next recipient of a stored task: all who were offered it, its present
// recipient among them where it was, are asked no more.
absl::StatusOr<Search> SearchFor(const store::Snapshot& snapshot, const OfferedFrom& from,
                                 const store::TaskRecord& task);

// The sender's order for a task of this header: as it was set, or the one recipient that is named
// in the header; empty where the header asks for a route and no order was set.
std::vector<Address> OrderOf(const v1::ReferralHeader& header, uint32_t task,
                             const std::optional<std::vector<Address>>& set);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_CANDIDATES_H_
