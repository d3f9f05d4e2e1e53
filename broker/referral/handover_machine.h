// The handover state machine: one numbered attempt to hand a person over. Source:
// broker/domain/handover_transitions.csv, row for row. Pure; thread-safe.
//
// Every guard of the table is judged here, from the facts in HandoverGuard. That a row for two is
// signed by both over one digest is one of them.
#ifndef AMANA_BROKER_REFERRAL_HANDOVER_MACHINE_H_
#define AMANA_BROKER_REFERRAL_HANDOVER_MACHINE_H_

#include <span>

#include "amana/v1/codes.pb.h"
#include "base/status.h"
#include "broker/referral/actor.h"
#include "broker/referral/reason_rule.h"

namespace amana::referral {

// What is known of the attempt; the defaults are those that refuse.
struct HandoverGuard {
  v1::TaskState task = v1::TASK_STATE_UNSPECIFIED;
  v1::ServiceType service = v1::SERVICE_TYPE_UNSPECIFIED;
  // What the step names, in its sealed note, and a window.
  bool place_named = false;
  bool officer_named = false;
  bool escort_named = false;
  bool companion_named = false;
  bool window_named = false;
  bool minor = true;           // the person is, or may be
  bool window_passed = false;  // with its grace
  bool code_matches = false;
  bool both_signed = false;  // the same handover digest
  v1::ExitCode exit = v1::EXIT_CODE_UNSPECIFIED;
};

enum class HandoverCondition {
  kNone,
  kTaskAccepted,  // of a service that moves the person
  kNamed,         // place, window and receiving officer
  kEscorted,      // an escort, and with a minor who accompanies them
  kWindowPassed,  // window and grace
  kCodeMatches,   // the one-time code
  kNewWindow,     // and who escorts
  kBothSigned,    // one digest
  kSignedExit,    // an exit code
};

// `from` UNSPECIFIED is the table's NONE: the attempt does not exist yet. Each of `actors` may
// step, or must, where the condition is kBothSigned.
struct HandoverRow {
  v1::HandoverState from;
  v1::HandoverState to;
  ActorSet actors;
  ReasonRule reason;
  HandoverCondition condition = HandoverCondition::kNone;
};

std::span<const HandoverRow> HandoverTable();
// Null: the table has no such row.
const HandoverRow* FindHandoverRow(v1::HandoverState from, v1::HandoverState to);

// OK, or the first that fails of: TRANSITION_NOT_ALLOWED, ACTOR_NOT_ALLOWED, GUARD_NOT_MET,
// REASON_REQUIRED.
absl::Status CheckHandoverTransition(v1::HandoverState from, v1::HandoverState to, Actor actor,
                                     v1::Reason reason, const HandoverGuard& guard);

// The person is still to be handed over in this attempt: no other may be offered. From OFFERED
// until it is declined, withdrawn, aborted, returned or transferred.
bool IsUnderWay(v1::HandoverState state);

// Which services hand a person over.
bool MovesThePerson(v1::ServiceType service);

}  // namespace amana::referral

#endif  // AMANA_BROKER_REFERRAL_HANDOVER_MACHINE_H_
