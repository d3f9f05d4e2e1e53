#include "broker/consent/errors.h"

namespace amana::consent {

absl::Status ConsentFieldInvalid(std::string_view field, std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, "CONSENT_FIELD_INVALID", field, message);
}

absl::Status HeaderFieldInvalid(std::string_view field, std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, "HEADER_FIELD_INVALID", field, message);
}

}  // namespace amana::consent
