// Strangers' JSON, before it is read: nothing twice, nothing deep, nothing without end.
#ifndef AMANA_AGENCY_ADAPTERS_POLICE_JSON_CHECK_H_
#define AMANA_AGENCY_ADAPTERS_POLICE_JSON_CHECK_H_

#include <string_view>

#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"

namespace amana::police {

// NATIVE_FORMAT_INVALID naming the path. Pure; thread-safe.
absl::StatusOr<nlohmann::json> ParseCheckedJson(std::string_view bytes, size_t max_size);

}  // namespace amana::police

#endif  // AMANA_AGENCY_ADAPTERS_POLICE_JSON_CHECK_H_
