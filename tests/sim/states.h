// What events say of states. Pure.
#ifndef AMANA_TESTS_SIM_STATES_H_
#define AMANA_TESTS_SIM_STATES_H_

#include "amana/v1/codes.pb.h"
#include "amana/v1/event.pb.h"

namespace amana::sim {

// The state that an event says a task is in; UNSPECIFIED: it says nothing of that. And the same of
// a handover.
v1::TaskState TaskStateOf(v1::EventKind kind);
v1::HandoverState HandoverStateOf(v1::EventKind kind);

}  // namespace amana::sim

#endif  // AMANA_TESTS_SIM_STATES_H_
