#include "broker/routing/sla.h"

namespace amana::routing {

SlaWindows DefaultSla(v1::Urgency urgency) {
  switch (urgency) {
    case v1::URGENCY_IMMEDIATE:
      return {absl::Hours(1), absl::Hours(3), absl::Hours(1)};
    case v1::URGENCY_EMERGENCY:
      return {absl::Hours(3), absl::Hours(12), absl::Hours(24)};
    case v1::URGENCY_URGENT:
      return {absl::Hours(12), absl::Hours(36), absl::Hours(72)};
    default:
      return {absl::Hours(2 * 24), absl::Hours(5 * 24), absl::Hours(14 * 24)};
  }
}

}  // namespace amana::routing
