// Whom a task is offered to next: the first candidate, in the sender's order or the ranking's, that
// passes every filter, was not asked before, and whom consent permits. Pure.
#ifndef AMANA_BROKER_ROUTING_CHOOSE_H_
#define AMANA_BROKER_ROUTING_CHOOSE_H_

#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "amana/v1/codes.pb.h"
#include "base/ids.h"
#include "broker/routing/rank.h"

namespace amana::routing {

struct ChooseRequest {
  RankRequest rank;  // `limit` is not looked at
  // The sender's; nobody else is asked. Empty: the ranking's.
  std::vector<Address> order;
};

struct Choice {
  std::optional<Address> recipient;
  // Where there is none: what was missing, and the first whom consent alone stands against.
  v1::RouteGap missing = v1::ROUTE_GAP_UNSPECIFIED;
  std::optional<Address> not_permitted;
  friend bool operator==(const Choice&, const Choice&) = default;
};

// Whether consent permits something to go to this candidate. Asked of one after the other, of none
// after the first that it is true of.
using Permits = absl::FunctionRef<bool(const Address&)>;

// Errors of Rank.
absl::StatusOr<Choice> Choose(const Directory& directory, const ChooseRequest& request,
                              Admits admits, Reserved reserved, Permits permits);

}  // namespace amana::routing

#endif  // AMANA_BROKER_ROUTING_CHOOSE_H_
