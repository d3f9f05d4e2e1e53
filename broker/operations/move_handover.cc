#include <optional>
#include <utility>

#include "broker/delivery/custody.h"
#include "broker/operations/errors.h"
#include "broker/operations/handover_errors.h"
#include "broker/operations/handover_facts.h"
#include "broker/operations/handover_signatures.h"
#include "broker/operations/notes.h"
#include "proto/envelope/handover_code.h"

namespace amana::operations {
namespace {

using referral::Actor;
using referral::HandoverGuard;

// What is known of a step's guard only together with the attempt.
HandoverGuard GuardWith(const Context& context, const CheckedStep& checked,
                        const store::HandoverRecord& handover) {
  HandoverGuard guard = GuardOf(checked.step, handover.minor);
  guard.window_passed = checked.moment.now >= handover.window_until + context.policy.handover_grace;
  const v1::HandoverStep& message = checked.step.message;
  guard.code_matches = message.has_code() &&
                       envelope::CodeCommitment(message.code().salt(), message.code().code()) ==
                           handover.code_commitment;
  return guard;
}

// A code that is not the one: counted, told to the other side, and kept with who showed it.
absl::StatusOr<Verdict> RefuseCode(store::Transaction& tx, const CheckedStep& checked,
                                   delivery::HandoverRecorder& handovers,
                                   store::HandoverRecord& handover) {
  AMANA_ASSIGN_OR_RETURN(const uint64_t event, handovers.CountWrongCode(handover));
  AMANA_RETURN_IF_ERROR(KeepRefused(tx, checked, handover.key, event));
  return Verdict{.event = event, .refusal = HandoverCodeWrong(CodesLeft(handover))};
}

bool Begins(v1::HandoverState state) {
  return state == v1::HANDOVER_STATE_AGREED || state == v1::HANDOVER_STATE_IN_TRANSIT;
}

// Care that ended is care that was going on; who was handed on may be said to have moved on.
absl::Status CheckExit(const store::Snapshot& snapshot, const CheckedStep& checked,
                       const store::HandoverRecord& handover) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::CustodyRecord> custody,
                         snapshot.custodies().Find(handover.subject));
  const bool in_care = custody.has_value() && delivery::StillInCare(*custody, handover);
  const bool moved_on = checked.step.message.exit() == v1::EXIT_CODE_MOVED_ON;
  return in_care == moved_on ? NotInCare("exit") : absl::OkStatus();
}

// What else must be so, besides the machine's guards.
absl::Status CheckFacts(const store::Snapshot& snapshot, const CheckedStep& checked,
                        const store::HandoverRecord& handover) {
  if (checked.step.message.state() == v1::HANDOVER_STATE_ENDED) {
    AMANA_RETURN_IF_ERROR(CheckExit(snapshot, checked, handover));
  }
  if (Begins(checked.step.message.state())) {
    AMANA_ASSIGN_OR_RETURN(const store::TaskRecord task, FindTask(snapshot, handover.key.task));
    AMANA_RETURN_IF_ERROR(CheckMayShare(snapshot, checked.moment, task, handover.offer_epoch));
  }
  return CheckReaders(snapshot, checked.moment, checked.note,
                      {handover.responsible, handover.recipient, checked.step.actor});
}

absl::Status CheckNames(const CheckedStep& checked, const store::ReferralRecord& referral,
                        const store::HandoverRecord& handover) {
  const v1::HandoverStep& message = checked.step.message;
  if (referral.header_digest.view() != message.header_digest()) {
    return HeaderDigestMismatch("header_digest");
  }
  if (message.handover().offer_epoch() != handover.offer_epoch) {
    return OfferEpochOutdated("handover.offer_epoch");
  }
  if (message.state() == v1::HANDOVER_STATE_OFFERED) return AttemptOutOfOrder();
  return checked.freshness;
}

}  // namespace

uint32_t CodesLeft(const store::HandoverRecord& handover) {
  return delivery::kWrongCodes - std::min(handover.wrong_codes, delivery::kWrongCodes);
}

absl::StatusOr<Verdict> MoveHandover(store::Transaction& tx, const Context& context,
                                     const CheckedStep& checked,
                                     const store::ReferralRecord& referral, Actor side,
                                     store::HandoverRecord& handover) {
  AMANA_RETURN_IF_ERROR(CheckNames(checked, referral, handover));
  delivery::Recorder recorder(tx, referral, checked.moment.now, checked.signer.evidence);
  delivery::HandoverRecorder handovers(tx, recorder, context.policy, checked.moment.now);
  const v1::HandoverState to = checked.step.message.state();
  const referral::HandoverRow* row = referral::FindHandoverRow(handover.state, to);
  const bool outdated = checked.step.previous != handover.last_step;
  // Late or out of order: said so where the step would have been one.
  if (outdated && row != nullptr) return HandoverStepOutdated();
  if (row != nullptr && row->condition == referral::HandoverCondition::kBothSigned &&
      row->actors.Has(side)) {
    return SignHandover(tx, recorder, handovers, checked, side, handover);
  }
  const HandoverGuard guard = GuardWith(context, checked, handover);
  const delivery::HandoverMove move = MoveOf(checked.step, side);
  if (row != nullptr && row->condition == referral::HandoverCondition::kCodeMatches &&
      row->actors.Has(side)) {
    if (handover.wrong_codes >= delivery::kWrongCodes) return HandoverCodeLocked();
    if (!guard.code_matches) return RefuseCode(tx, checked, handovers, handover);
  }
  AMANA_RETURN_IF_ERROR(
      referral::CheckHandoverTransition(handover.state, to, side, move.reason, guard));
  AMANA_RETURN_IF_ERROR(CheckFacts(tx, checked, handover));
  AMANA_ASSIGN_OR_RETURN(const uint64_t event, handovers.Move(handover, guard, move));
  AMANA_RETURN_IF_ERROR(KeepTaken(tx, checked, handover.key, event));
  return Verdict{.event = event};
}

}  // namespace amana::operations
