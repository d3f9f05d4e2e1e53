#include "broker/routing/errors.h"

#include <string>

#include "base/status.h"

namespace amana::routing {

absl::Status ServiceInvalid() {
  return MakeError(absl::StatusCode::kInvalidArgument, "SERVICE_INVALID", "service",
                   "service: must be a known service");
}

absl::Status CountyInvalid(uint32_t county) {
  return MakeError(absl::StatusCode::kInvalidArgument, "COUNTY_INVALID", "county",
                   "county: must be 1 to 47, or 0 for none, got " + std::to_string(county));
}

}  // namespace amana::routing
