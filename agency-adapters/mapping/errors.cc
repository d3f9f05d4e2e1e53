#include "agency-adapters/mapping/errors.h"

#include <string>

#include "base/status.h"

namespace amana::mapping {
namespace {

absl::Status Error(std::string_view reason, std::string_view field, std::string_view says) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, field,
                   std::string(field) + ": " + std::string(says));
}

std::string Expected(std::string_view what) { return "expected " + std::string(what); }

}  // namespace

absl::Status MappingInvalidError(std::string_view findings) {
  return MakeError(absl::StatusCode::kInvalidArgument, "MAPPING_INVALID", "", findings);
}

absl::Status FactsInvalidError(std::string_view member, std::string_view expected) {
  return Error("FACTS_INVALID", member, Expected(expected));
}

absl::Status FieldUnmappedError(std::string_view field) {
  return Error("FIELD_UNMAPPED", field, "neither mapped nor ignored");
}

absl::Status FieldMissingError(std::string_view field) {
  return Error("FIELD_MISSING", field, "required");
}

absl::Status CodeUnknownError(std::string_view field) {
  return Error("CODE_UNKNOWN", field, "a code that is not in its table");
}

absl::Status ValueInvalidError(std::string_view field, std::string_view expected) {
  return Error("VALUE_INVALID", field, Expected(expected));
}

absl::Status ValueCountError(std::string_view field, std::string_view expected) {
  return Error("VALUE_COUNT", field, Expected(expected));
}

absl::Status FactsDisagreeError(std::string_view field) {
  return Error("FACTS_DISAGREE", field, "two facts for one place, and they differ");
}

}  // namespace amana::mapping
