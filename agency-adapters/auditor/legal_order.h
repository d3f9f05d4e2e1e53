// Which states may follow each other, as the protocol's own tables say (task_transitions.csv,
// delivery_transitions.csv, handover_transitions.csv): the rule book that a log is held against,
// with no code of the broker's. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_LEGAL_ORDER_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_LEGAL_ORDER_H_

#include <string>
#include <string_view>

#include "amana/v1/event.pb.h"

namespace amana::auditor {

enum class Machine { kNone, kTask, kDelivery, kHandover };

struct StateEntered {
  Machine machine = Machine::kNone;
  std::string_view state = {};  // "ROUTED"; lives for ever
};
// What an event of this kind says was entered; kNone where it moves nothing.
StateEntered EnteredBy(v1::EventKind kind);

// Whether `to` may follow `from`; `from` empty: be the first.
bool MayFollow(Machine machine, std::string_view from, std::string_view to);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_LEGAL_ORDER_H_
