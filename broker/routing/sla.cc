#include "broker/routing/sla.h"

namespace amana::routing {

SlaWindows DefaultSla(v1::Urgency urgency) {
  return codes::SlaOf(urgency).value_or(*codes::SlaOf(v1::URGENCY_NORMAL));
}

}  // namespace amana::routing
