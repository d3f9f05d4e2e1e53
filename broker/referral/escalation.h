// The escalation ladder: which clock of a task runs, and what happens next when nobody acts. Source
// of the windows: broker/domain/urgency_sla.csv, or a unit's own. Pure; thread-safe.
//
//   clock        while                from        window       owes        broker reroutes at 1.0
//   ACKNOWLEDGE  ROUTED, RECEIVED     the offer   acknowledge  recipient   yes
//   DECIDE       SEEN                 the offer   decide       recipient   yes
//   ANSWER       INFO_REQUESTED       question    decide       sender      no
//   START        ACCEPTED             acceptance  start        recipient   no
//   WRAP         NEEDS_WRAP           the choice  acknowledge  sender      no
//   CONSENT      BLOCKED_CONSENT      the block   decide       sender      no
//   UNSERVED     UNROUTABLE, REJECTED, FAILED, EXPIRED
//                                     that state  acknowledge  coordinator no
//   CALL         an IMMEDIATE offer that is not decided, about which nobody was called:
//                                     the offer   acknowledge  sender      no
//
// Rungs, as a part of the window: 0.5 REMINDED, 1.0 COORDINATOR (first the next candidate, where
// the broker may reroute and there is one), 1.5 ALERTED. UNSERVED: 0 COORDINATOR, 1.0 ALERTED.
// CALL: 0.25 ALERTED, which is the coordinator's as well.
#ifndef AMANA_BROKER_REFERRAL_ESCALATION_H_
#define AMANA_BROKER_REFERRAL_ESCALATION_H_

#include <optional>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "amana/v1/offer.pb.h"
#include "proto/codes/codes.h"

namespace amana::referral {

// What is known of a task's clocks.
struct ClockFacts {
  v1::TaskState state = v1::TASK_STATE_UNSPECIFIED;
  absl::Time since;    // when the present state's clock began
  absl::Time offered;  // when the present offer was made
  // How far the present clock has gone.
  v1::EscalationLevel reached = v1::ESCALATION_LEVEL_UNSPECIFIED;
  bool call_owed = false;  // and not yet escalated
  codes::Sla windows = {};
};

struct Rung {
  v1::Clock clock = v1::CLOCK_UNSPECIFIED;
  absl::Time at;
  v1::EscalationLevel level = v1::ESCALATION_LEVEL_UNSPECIFIED;
  bool reroute = false;  // the next candidate is asked, if there is one
  friend bool operator==(const Rung&, const Rung&) = default;
};

// The earliest thing that time does to the task; nullopt: nothing. Of two at once the call.
std::optional<Rung> NextRung(const ClockFacts& facts);

// Which clock runs in a state; UNSPECIFIED: none. Never CALL.
v1::Clock ClockOf(v1::TaskState state);

// Whether a call is owed in this state of an offer about which nobody was called.
bool OwesCall(v1::TaskState state, v1::Urgency urgency);

// By which code it is said that a clock ran out, and why it is in the queue then.
v1::Reason MissedReason(v1::Clock clock);
v1::QueueReason QueueReasonOf(v1::Clock clock, v1::TaskState state);

// Who acts when a clock is reminded of.
enum class Debtor { kNobody, kSender, kRecipient, kCoordinator };
Debtor DebtorOf(v1::Clock clock);

// Whether the broker itself may ask the next candidate after this decline: it speaks of the
// recipient, not of the person, of the case or of the person's own no.
bool AsksNext(v1::Reason decline);

}  // namespace amana::referral

#endif  // AMANA_BROKER_REFERRAL_ESCALATION_H_
