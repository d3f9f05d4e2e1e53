// How long a recipient may take (broker/domain/urgency_sla.csv). Pure.
#ifndef AMANA_BROKER_ROUTING_SLA_H_
#define AMANA_BROKER_ROUTING_SLA_H_

#include "amana/v1/codes.pb.h"
#include "proto/codes/codes.h"

namespace amana::routing {

using SlaWindows = codes::Sla;

// What everybody has; NORMAL's for a code that is none.
SlaWindows DefaultSla(v1::Urgency urgency);

}  // namespace amana::routing

#endif  // AMANA_BROKER_ROUTING_SLA_H_
