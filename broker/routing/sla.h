// How long a recipient may take (broker/domain/urgency_sla.csv). Pure.
#ifndef AMANA_BROKER_ROUTING_SLA_H_
#define AMANA_BROKER_ROUTING_SLA_H_

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"

namespace amana::routing {

struct SlaWindows {
  absl::Duration acknowledge;  // from the offer, until a person has SEEN it
  absl::Duration decide;       // from the offer
  absl::Duration start;        // from the acceptance
  friend bool operator==(const SlaWindows&, const SlaWindows&) = default;
};

// What everybody has; NORMAL's for a code that is none.
SlaWindows DefaultSla(v1::Urgency urgency);

}  // namespace amana::routing

#endif  // AMANA_BROKER_ROUTING_SLA_H_
