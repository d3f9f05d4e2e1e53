#include "broker/routing/rank.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <tuple>
#include <utility>

#include "broker/routing/errors.h"

namespace amana::routing {
namespace {

bool Names(const std::vector<Address>& list, const Address& address) {
  return std::any_of(list.begin(), list.end(), [&](const Address& one) {
    return one.agency == address.agency && (one.unit.empty() || one.unit == address.unit);
  });
}

bool IsLanguage(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

absl::Status Check(const RankRequest& request) {
  if (request.service == v1::SERVICE_TYPE_UNSPECIFIED ||
      !v1::ServiceType_IsValid(request.service)) {
    return ServiceInvalid();
  }
  if (request.county > kCounties) return CountyInvalid(request.county);
  if (!request.language.empty() && !IsLanguage(request.language)) return LanguageInvalid();
  return absl::OkStatus();
}

bool TakesEverybody(const Unit& unit) {
  return unit.sexes.ContainsAll({v1::SEX_CONSTRAINT_FEMALE, v1::SEX_CONSTRAINT_MALE});
}

// A unit that passed, as it is compared with others.
struct Standing {
  const Agency* agency;
  const Unit* unit;
  uint8_t preference = 0;  // a bit for each thing in the order, the first in the highest
  int room = 0;            // per mille of its places that are free; unknown: -1
  auto Key() const { return std::tuple(-preference, -room); }
};

bool Before(const Standing& a, const Standing& b) {
  const auto order = a.Key() <=> b.Key();
  return order != 0 ? order < 0 : a.unit->address < b.unit->address;
}

class Ranker {
 public:
  Ranker(const RankRequest& request, Admits admits, Reserved reserved)
      : request_(request),
        admits_(admits),
        reserved_(reserved),
        sex_told_(request.sex == v1::SEX_CONSTRAINT_FEMALE ||
                  request.sex == v1::SEX_CONSTRAINT_MALE),
        urgent_(request.urgency == v1::URGENCY_IMMEDIATE ||
                request.urgency == v1::URGENCY_EMERGENCY) {}

  // The filter that `unit` falls to; `admits` comes later.
  v1::RouteGap Fails(const Agency& agency, const Unit& unit) const {
    if (!unit.services.Has(request_.service)) return v1::ROUTE_GAP_SERVICE;
    if (request_.county != 0 && !unit.Serves(request_.county)) return v1::ROUTE_GAP_COUNTY;
    if (request_.age_class != v1::SUBJECT_CLASS_UNSPECIFIED && !unit.ages.Has(request_.age_class)) {
      return v1::ROUTE_GAP_AGE;
    }
    if (!unit.ages.ContainsAll(request_.ages)) return v1::ROUTE_GAP_AGE;
    if (sex_told_ && !unit.sexes.Has(request_.sex)) return v1::ROUTE_GAP_SEX;
    if (!unit.sexes.ContainsAll(request_.sexes)) return v1::ROUTE_GAP_SEX;
    if (request_.service == v1::SERVICE_TYPE_INTERPRETATION && !request_.language.empty() &&
        !unit.Speaks(request_.language)) {
      return v1::ROUTE_GAP_LANGUAGE;
    }
    if (Names(request_.excluded, unit.address) || Names(request_.asked, unit.address)) {
      return v1::ROUTE_GAP_ALL_ASKED;
    }
    const Room* const room = unit.RoomFor(request_.service, request_.now);
    if (room != nullptr && FreeIn(unit, *room) < std::max(request_.places, 1u)) {
      return v1::ROUTE_GAP_CAPACITY;
    }
    const bool closed = agency.kind == v1::AGENCY_KIND_EMBASSY &&
                        request_.embassy_contact != v1::EMBASSY_CONTACT_CONSENTED;
    return closed ? v1::ROUTE_GAP_OTHER : v1::ROUTE_GAP_UNSPECIFIED;
  }

  Standing Place(const Agency& agency, const Unit& unit) const {
    Standing standing{&agency, &unit};
    const MatchReasons reasons = ReasonsOf(unit);
    for (const v1::MatchReason reason :
         {v1::MATCH_REASON_SEALED, v1::MATCH_REASON_IN_COUNTY, v1::MATCH_REASON_LANGUAGE_SPOKEN,
          v1::MATCH_REASON_ACCESS_MET, v1::MATCH_REASON_TAKES_EVERYBODY,
          v1::MATCH_REASON_OPEN_NOW}) {
      standing.preference =
          static_cast<uint8_t>(standing.preference << 1 | (reasons.Has(reason) ? 1 : 0));
    }
    const Room* const room = unit.RoomFor(request_.service, request_.now);
    standing.room = room == nullptr
                        ? -1
                        : static_cast<int>(FreeIn(unit, *room) * 1000 / std::max(room->total, 1u));
    return standing;
  }

  // Only what was asked for is a reason.
  MatchReasons ReasonsOf(const Unit& unit) const {
    MatchReasons reasons;
    if (Names(request_.sealed, unit.address)) reasons.Add(v1::MATCH_REASON_SEALED);
    if (request_.county != 0) {
      reasons.Add(unit.county == request_.county ? v1::MATCH_REASON_IN_COUNTY
                                                 : v1::MATCH_REASON_SERVES_COUNTY);
    }
    if (!request_.language.empty()) {
      reasons.Add(unit.Speaks(request_.language) ? v1::MATCH_REASON_LANGUAGE_SPOKEN
                                                 : v1::MATCH_REASON_LANGUAGE_NOT_LISTED);
    }
    if (!request_.access.empty()) {
      reasons.Add(unit.access.ContainsAll(request_.access) ? v1::MATCH_REASON_ACCESS_MET
                                                           : v1::MATCH_REASON_ACCESS_NOT_LISTED);
    }
    if (!sex_told_ && TakesEverybody(unit)) reasons.Add(v1::MATCH_REASON_TAKES_EVERYBODY);
    if (urgent_) {
      reasons.Add(unit.OpenAt(request_.now) ? v1::MATCH_REASON_OPEN_NOW
                                            : v1::MATCH_REASON_CLOSED_NOW);
    }
    reasons.Add(unit.RoomFor(request_.service, request_.now) == nullptr
                    ? v1::MATCH_REASON_CAPACITY_UNKNOWN
                    : v1::MATCH_REASON_CAPACITY_FREE);
    return reasons;
  }

  bool Admitted(const Standing& standing) const {
    return admits_(*standing.agency, *standing.unit);
  }

 private:
  uint64_t FreeIn(const Unit& unit, const Room& room) const {
    const uint32_t held = reserved_(unit.address, request_.service);
    return room.free > held ? room.free - held : 0;
  }

  const RankRequest& request_;
  const Admits admits_;
  const Reserved reserved_;
  const bool sex_told_;
  const bool urgent_;
};

// The filters in their order.
constexpr v1::RouteGap kFilters[] = {
    v1::ROUTE_GAP_COUNTY,    v1::ROUTE_GAP_AGE,      v1::ROUTE_GAP_SEX,  v1::ROUTE_GAP_LANGUAGE,
    v1::ROUTE_GAP_ALL_ASKED, v1::ROUTE_GAP_CAPACITY, v1::ROUTE_GAP_OTHER};

// Nobody is left: the last filter that somebody came to.
v1::RouteGap Missing(const Ranking& ranking) {
  v1::RouteGap last = v1::ROUTE_GAP_SERVICE;
  for (const v1::RouteGap filter : kFilters) {
    if (ranking.fell[filter] > 0) last = filter;
  }
  return last;
}

}  // namespace

absl::StatusOr<Ranking> Rank(const Directory& directory, const RankRequest& request, Admits admits,
                             Reserved reserved) {
  if (const absl::Status status = Check(request); !status.ok()) return status;
  const Ranker ranker(request, admits, reserved);
  Ranking ranking;
  std::vector<Standing> standings;
  for (const AgencyPtr& agency : directory.agencies()) {
    for (const Unit& unit : agency->units) {
      const v1::RouteGap fails = ranker.Fails(*agency, unit);
      if (fails == v1::ROUTE_GAP_UNSPECIFIED) {
        standings.push_back(ranker.Place(*agency, unit));
      } else if (fails != v1::ROUTE_GAP_SERVICE) {
        ++ranking.fell[fails];
      }
    }
  }
  // A heap: most callers want a few of the best of many.
  const size_t limit = std::max<size_t>(request.limit, 1);
  const auto after = [](const Standing& a, const Standing& b) { return Before(b, a); };
  std::make_heap(standings.begin(), standings.end(), after);
  for (auto end = standings.end(); end != standings.begin() && ranking.candidates.size() < limit;
       --end) {
    std::pop_heap(standings.begin(), end, after);
    const Standing& best = *(end - 1);
    if (!ranker.Admitted(best)) {
      ++ranking.fell[v1::ROUTE_GAP_OTHER];
      continue;
    }
    ranking.candidates.push_back({best.agency, best.unit, ranker.ReasonsOf(*best.unit)});
  }
  if (ranking.candidates.empty()) ranking.missing = Missing(ranking);
  return ranking;
}

v1::RouteGap FilterOf(const Directory& directory, const RankRequest& request, const Address& unit,
                      Admits admits, Reserved reserved) {
  const Agency* const agency = directory.agency(unit.agency);
  const Unit* const known = directory.unit(unit);
  if (agency == nullptr || known == nullptr) return v1::ROUTE_GAP_OTHER;
  const Ranker ranker(request, admits, reserved);
  const v1::RouteGap fails = ranker.Fails(*agency, *known);
  if (fails != v1::ROUTE_GAP_UNSPECIFIED) return fails;
  return admits(*agency, *known) ? v1::ROUTE_GAP_UNSPECIFIED : v1::ROUTE_GAP_OTHER;
}

}  // namespace amana::routing
