#include "broker/events/errors.h"

#include <string>

#include "base/status.h"

namespace amana::events {

absl::Status FieldInvalid(std::string_view field, std::string_view expected) {
  return MakeError(absl::StatusCode::kInvalidArgument, "EVENT_FIELD_INVALID", field,
                   std::string(field) + ": must be " + std::string(expected));
}

absl::Status OpeningMalformed(std::string_view field, std::string_view expected) {
  return MakeError(absl::StatusCode::kInvalidArgument, "EVENT_OPENING_MALFORMED", field,
                   std::string(field) + ": must be " + std::string(expected));
}

}  // namespace amana::events
