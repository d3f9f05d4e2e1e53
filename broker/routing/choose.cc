#include "broker/routing/choose.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/status.h"

namespace amana::routing {
namespace {

// Most of the time one of the first is permitted; only where none is, all are ranked.
constexpr size_t kFirst = 16;

// The first of `candidates` that is permitted, from `from` on.
bool PickPermitted(const std::vector<Address>& candidates, size_t from, Permits permits,
                   Choice& choice) {
  for (size_t i = from; i < candidates.size(); ++i) {
    if (permits(candidates[i])) {
      choice = {};
      choice.recipient = candidates[i];
      return true;
    }
    if (!choice.not_permitted.has_value()) choice.not_permitted = candidates[i];
  }
  return false;
}

absl::StatusOr<Choice> ChooseRanked(const Directory& directory, RankRequest request, Admits admits,
                                    Reserved reserved, Permits permits) {
  Choice choice;
  size_t looked_at = 0;
  for (const size_t limit : {kFirst, std::numeric_limits<size_t>::max()}) {
    request.limit = limit;
    AMANA_ASSIGN_OR_RETURN(const Ranking ranking, Rank(directory, request, admits, reserved));
    std::vector<Address> candidates;
    for (const Candidate& candidate : ranking.candidates) {
      candidates.push_back(candidate.unit->address);
    }
    if (PickPermitted(candidates, looked_at, permits, choice)) return choice;
    choice.missing = candidates.empty() ? ranking.missing : v1::ROUTE_GAP_CONSENT;
    looked_at = candidates.size();
    if (looked_at < limit) break;
  }
  return choice;
}

// Of those that a sender named, the filter that the one fell to who came furthest.
v1::RouteGap Furthest(v1::RouteGap a, v1::RouteGap b) {
  constexpr std::array kOrder = {v1::ROUTE_GAP_SERVICE,   v1::ROUTE_GAP_COUNTY,
                                 v1::ROUTE_GAP_AGE,       v1::ROUTE_GAP_SEX,
                                 v1::ROUTE_GAP_LANGUAGE,  v1::ROUTE_GAP_OTHER,
                                 v1::ROUTE_GAP_ALL_ASKED, v1::ROUTE_GAP_CAPACITY};
  return std::find(kOrder.begin(), kOrder.end(), a) < std::find(kOrder.begin(), kOrder.end(), b)
             ? b
             : a;
}

}  // namespace

absl::StatusOr<Choice> Choose(const Directory& directory, const ChooseRequest& request,
                              Admits admits, Reserved reserved, Permits permits) {
  if (request.order.empty()) {
    return ChooseRanked(directory, request.rank, admits, reserved, permits);
  }
  Choice choice;
  choice.missing = v1::ROUTE_GAP_SERVICE;
  std::vector<Address> candidates;
  for (const Address& address : request.order) {
    const v1::RouteGap falls = FilterOf(directory, request.rank, address, admits, reserved);
    if (falls == v1::ROUTE_GAP_UNSPECIFIED) {
      candidates.push_back(address);
    } else {
      choice.missing = Furthest(choice.missing, falls);
    }
  }
  if (PickPermitted(candidates, 0, permits, choice)) return choice;
  if (!candidates.empty()) choice.missing = v1::ROUTE_GAP_CONSENT;
  return choice;
}

}  // namespace amana::routing
