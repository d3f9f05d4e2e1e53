// The delivery state machine: one stage of one task on its way to one recipient. Source:
// broker/domain/delivery_transitions.csv, row for row. Pure; thread-safe.
//
// A lease is a disclosure: entering LEASED sets the sticky flag `disclosed`, and from then on every
// way back is a recall. The guards that depend on stored facts are judged here from DeliveryGuard;
// deadlines, backoff and the consent decision are facts of the operation that asks.
#ifndef AMANA_BROKER_REFERRAL_DELIVERY_MACHINE_H_
#define AMANA_BROKER_REFERRAL_DELIVERY_MACHINE_H_

#include <span>

#include "amana/v1/codes.pb.h"
#include "base/status.h"
#include "broker/referral/actor.h"
#include "broker/referral/reason_rule.h"

namespace amana::referral {

// What is known of the delivery; the defaults are those that refuse.
struct DeliveryGuard {
  bool disclosed = false;  // the sticky flag: it has been leased before
  // The last native error class; NATIVE_NACKED -> RETRY_WAIT needs a transient one.
  v1::Reason native_error = v1::REASON_UNSPECIFIED;
  // The sections are still there; WITHHELD -> QUEUED needs them.
  bool sections_present = false;
  // On what a recipient keeps what it was asked to delete; -> RECALL_REFUSED needs one.
  v1::LegalBasis legal_basis = v1::LEGAL_BASIS_UNSPECIFIED;
};

enum class DeliveryCondition {
  kNone,
  kNotDisclosed,
  kDisclosed,
  kTransientError,
  kSectionsPresent,
};

// `from` UNSPECIFIED is the table's "-": the delivery does not exist yet.
struct DeliveryRow {
  v1::DeliveryState from;
  v1::DeliveryState to;
  ActorSet actors;
  ReasonRule reason;
  DeliveryCondition condition = DeliveryCondition::kNone;
};

std::span<const DeliveryRow> DeliveryTable();

// OK, or the first that fails of: TRANSITION_NOT_ALLOWED, ACTOR_NOT_ALLOWED, GUARD_NOT_MET,
// REASON_REQUIRED.
absl::Status CheckDeliveryTransition(v1::DeliveryState from, v1::DeliveryState to, Actor actor,
                                     v1::Reason reason, const DeliveryGuard& guard);

// The sticky flag after entering `to`.
constexpr bool DisclosedAfter(bool disclosed, v1::DeliveryState to) {
  return disclosed || to == v1::DELIVERY_STATE_LEASED;
}

// No row leads out. Unknown states are not terminal.
bool IsTerminal(v1::DeliveryState state);

}  // namespace amana::referral

#endif  // AMANA_BROKER_REFERRAL_DELIVERY_MACHINE_H_
