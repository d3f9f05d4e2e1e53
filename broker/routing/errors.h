// The error catalogue of the routing room.
#ifndef AMANA_BROKER_ROUTING_ERRORS_H_
#define AMANA_BROKER_ROUTING_ERRORS_H_

#include <cstdint>

#include "absl/status/status.h"

namespace amana::routing {

absl::Status ServiceInvalid();                // kInvalidArgument SERVICE_INVALID
absl::Status CountyInvalid(uint32_t county);  // kInvalidArgument COUNTY_INVALID: not 0 to 47
absl::Status LanguageInvalid();  // kInvalidArgument LANGUAGE_INVALID: no ISO 639-3 code

}  // namespace amana::routing

#endif  // AMANA_BROKER_ROUTING_ERRORS_H_
