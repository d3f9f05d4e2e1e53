// Who can be asked for a service, in which order, and why. Pure: the same facts give the same
// answer, whatever the order they come in, so that an order can be explained and repeated.
//
// Filters, in this order; the first that leaves nobody is what was missing:
//   offers the service                                                      SERVICE
//   serves the county                                                       COUNTY
//   takes the age, the sex                                                  AGE, SEX
//   for INTERPRETATION: speaks the language                                 LANGUAGE
//   is not excluded, and was not asked before                               ALL_ASKED
//   has not reported, within 24 hours, that it is too full                  CAPACITY
//   is no embassy, unless its contact is CONSENTED; `admits`                OTHER
//
// Order, each where those before are equal:
//   1. sealed to already            5. where the sex was not told: takes everybody
//   2. sits in the county           6. IMMEDIATE and EMERGENCY: open now
//   3. speaks the language          7. room: reported free, the emptier first; then unknown
//   4. has what is needed for access  8. address
#ifndef AMANA_BROKER_ROUTING_RANK_H_
#define AMANA_BROKER_ROUTING_RANK_H_

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "base/ids.h"
#include "broker/routing/directory.h"
#include "proto/codes/code_set.h"

namespace amana::routing {

using MatchReasons = codes::CodeSet<v1::MatchReason>;

struct RankRequest {
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  uint32_t county = 0;                                         // 0: anywhere
  v1::SubjectClass age_class = v1::SUBJECT_CLASS_UNSPECIFIED;  // unspecified: whoever
  v1::SexConstraint sex = v1::SEX_CONSTRAINT_ANY;              // ANY, unspecified: not told
  // For a place where others come as well: how many they are together, and whom it must take too.
  uint32_t places = 1;
  AgeSet ages;
  SexSet sexes;
  std::string language;  // empty: not told
  AccessSet access;
  v1::Urgency urgency = v1::URGENCY_NORMAL;
  v1::EmbassyContact embassy_contact = v1::EMBASSY_CONTACT_NOT_ASSESSED;
  // An empty unit stands for the whole agency.
  std::vector<Address> excluded;  // the sender wants them left out, or the case forbids it
  std::vector<Address> asked;     // offered to before, for this task
  std::vector<Address> sealed;    // a wrap for its current certificate is at hand
  absl::Time now;
  size_t limit = std::numeric_limits<size_t>::max();  // at least 1
};

struct Candidate {
  const Agency* agency = nullptr;  // of the directory
  const Unit* unit = nullptr;
  MatchReasons reasons;
  friend bool operator==(const Candidate&, const Candidate&) = default;
};

struct Ranking {
  std::vector<Candidate> candidates;  // the best first
  // What was missing where there is none; else unspecified.
  v1::RouteGap missing = v1::ROUTE_GAP_UNSPECIFIED;
  // How many units that offer the service fell to each filter, by v1::RouteGap; of those that
  // `limit` cut off `admits` is not asked.
  std::array<uint32_t, v1::RouteGap_ARRAYSIZE> fell{};
};

// Whether a unit may be chosen, as far as the directory does not say: registered, as the entry has
// it, and with something valid to seal to.
using Admits = absl::FunctionRef<bool(const Agency&, const Unit&)>;
// How many places of a unit are held for offers that are open.
using Reserved = absl::FunctionRef<uint32_t(const Address&, v1::ServiceType)>;

inline bool AdmitsAll(const Agency&, const Unit&) { return true; }
inline uint32_t ReservesNothing(const Address&, v1::ServiceType) { return 0; }

// The directory must outlive the candidates. SERVICE_INVALID, COUNTY_INVALID, LANGUAGE_INVALID.
absl::StatusOr<Ranking> Rank(const Directory& directory, const RankRequest& request,
                             Admits admits = AdmitsAll, Reserved reserved = ReservesNothing);

// The first filter that one unit falls to; unspecified: none, so that it would be among the
// candidates. A unit that is not in the directory falls to OTHER.
v1::RouteGap FilterOf(const Directory& directory, const RankRequest& request, const Address& unit,
                      Admits admits = AdmitsAll, Reserved reserved = ReservesNothing);

}  // namespace amana::routing

#endif  // AMANA_BROKER_ROUTING_RANK_H_
