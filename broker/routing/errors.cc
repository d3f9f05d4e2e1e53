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

absl::Status LanguageInvalid() {
  return MakeError(absl::StatusCode::kInvalidArgument, "LANGUAGE_INVALID", "language",
                   "language: must be three lower-case letters (ISO 639-3), or empty");
}

}  // namespace amana::routing
