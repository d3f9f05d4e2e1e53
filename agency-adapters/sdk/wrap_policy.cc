#include "agency-adapters/sdk/wrap_policy.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "proto/codes/names.h"

namespace amana::sdk {

bool WrapPolicy::Names(const AgencyId& agency) const {
  return std::find(agencies.begin(), agencies.end(), agency) != agencies.end();
}

WrapPolicy ReadWrapPolicy(const ConfigTable& wraps) {
  WrapPolicy policy;
  const std::vector<std::string> none;
  for (const std::string& name : wraps.StringList("agencies", none)) {
    absl::StatusOr<AgencyId> agency = AgencyId::Create(name, "agencies");
    if (agency.ok()) {
      policy.agencies.push_back(*std::move(agency));
    } else {
      wraps.Refuse("agencies", std::string(agency.status().message()));
    }
  }
  for (const std::string& name : wraps.StringList("kinds", none)) {
    const std::optional<v1::AgencyKind> kind = codes::ParseCode<v1::AgencyKind>(name);
    if (kind.has_value()) {
      policy.kinds.Add(*kind);
    } else {
      wraps.Refuse("kinds", "expected kinds of agencies, as \"SHELTER\"");
    }
  }
  return policy;
}

}  // namespace amana::sdk
