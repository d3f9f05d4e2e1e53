#include "broker/operations/handover_signatures.h"

#include <optional>
#include <utility>

#include "broker/operations/errors.h"
#include "broker/operations/handover_errors.h"
#include "broker/operations/handover_facts.h"
#include "broker/operations/notes.h"

namespace amana::operations {
namespace {

using referral::Actor;

// What this statement signs: by its own content, for the parties that the broker knows.
Digest MatterSigned(const CheckedStep& checked, const store::HandoverRecord& handover) {
  return envelope::MatterDigest(
      envelope::MatterOf(checked.step.message, handover.responsible, handover.recipient));
}

absl::StatusOr<Verdict> RefuseDigest(store::Transaction& tx, delivery::Recorder& recorder,
                                     const CheckedStep& checked,
                                     const store::HandoverRecord& handover) {
  // Enough is enough: who goes on so fills no log.
  AMANA_ASSIGN_OR_RETURN(const size_t kept,
                         std::as_const(tx).handovers().RefusedSteps(handover.key));
  if (kept >= store::kRefusedStepsKept) return HandoverDigestMismatch();
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_EQUIVOCATION);
  event.task = handover.key.task.task;
  event.attempt = handover.key.attempt;
  AMANA_ASSIGN_OR_RETURN(const uint64_t index, recorder.Append(std::move(event)));
  AMANA_RETURN_IF_ERROR(KeepRefused(tx, checked, handover.key, index));
  return Verdict{.event = index, .refusal = HandoverDigestMismatch()};
}

// Who proposes a correction brings its words; who agrees to it has them.
absl::Status CheckWords(const store::Snapshot& snapshot, const CheckedStep& checked,
                        const store::HandoverRecord& handover) {
  const v1::HandoverStep& message = checked.step.message;
  if (message.state() == v1::HANDOVER_STATE_CORRECTED &&
      message.note_sha256() != message.correction().note_sha256()) {
    return FieldInvalid("note_sha256", "the one of the correction");
  }
  return CheckReaders(snapshot, checked.moment, checked.note,
                      {handover.responsible, handover.recipient, checked.step.actor});
}

absl::StatusOr<Verdict> KeepFirst(store::Transaction& tx, delivery::HandoverRecorder& handovers,
                                  const CheckedStep& checked, Actor side, const Digest& matter,
                                  store::HandoverRecord& handover) {
  AMANA_RETURN_IF_ERROR(CheckWords(tx, checked, handover));
  const store::HalfSigned half{
      side == Actor::kRecipient ? handover.recipient : handover.responsible,
      checked.step.message.state(), matter, checked.step.digest};
  AMANA_ASSIGN_OR_RETURN(const uint64_t event, handovers.KeepFirstSignature(handover, half));
  AMANA_RETURN_IF_ERROR(KeepTaken(tx, checked, handover.key, event));
  return Verdict{.event = event};
}

// One person cannot stand for both sides, were they of one agency.
absl::Status CheckTwoPersons(const store::Snapshot& snapshot, const CheckedStep& checked,
                             const store::HandoverRecord& handover) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> first,
                         snapshot.handovers().FindStep(handover.key, handover.half->statement));
  if (!first.has_value()) return NotFound("handover");
  AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> der,
                         snapshot.directory().FindCertificate(first->cert_id));
  if (!der.has_value()) return NotFound("handover");
  AMANA_ASSIGN_OR_RETURN(const crypto::Certificate certificate, crypto::Certificate::FromDer(*der));
  const crypto::SpiffeId& other = certificate.spiffe();
  const identity::Signer& signer = checked.signer.signer;
  const bool same_person = other.agency == signer.agency && other.person == signer.person;
  if (same_person || certificate.public_key() == signer.certificate.public_key()) {
    return SignersNotTwo();
  }
  return absl::OkStatus();
}

// The service has begun: the task goes on where it was waiting for the person.
absl::Status StartTask(const store::Snapshot& snapshot, delivery::Recorder& recorder,
                       const store::HandoverRecord& handover) {
  AMANA_ASSIGN_OR_RETURN(store::TaskRecord task, FindTask(snapshot, handover.key.task));
  if (task.state != v1::TASK_STATE_ACCEPTED || task.offer_epoch != handover.offer_epoch) {
    return absl::OkStatus();
  }
  return recorder
      .MoveTask(task, v1::TASK_STATE_IN_PROGRESS, Actor::kRecipient, v1::REASON_UNSPECIFIED)
      .status();
}

absl::StatusOr<Verdict> Complete(store::Transaction& tx, delivery::Recorder& recorder,
                                 delivery::HandoverRecorder& handovers, const CheckedStep& checked,
                                 Actor side, store::HandoverRecord& handover) {
  AMANA_RETURN_IF_ERROR(CheckTwoPersons(tx, checked, handover));
  AMANA_RETURN_IF_ERROR(
      CheckReaders(tx, checked.moment, checked.note, {handover.responsible, handover.recipient}));
  delivery::HandoverMove move = MoveOf(checked.step, side);
  move.step = handover.half->matter;
  move.first_signature = handover.half->statement;
  referral::HandoverGuard guard = GuardOf(checked.step, handover.minor);
  guard.both_signed = true;
  AMANA_ASSIGN_OR_RETURN(const uint64_t event, handovers.Move(handover, guard, move));
  AMANA_RETURN_IF_ERROR(KeepTaken(tx, checked, handover.key, event));
  if (move.to == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED) {
    AMANA_RETURN_IF_ERROR(StartTask(tx, recorder, handover));
  }
  return Verdict{.event = event};
}

}  // namespace

absl::StatusOr<Verdict> SignHandover(store::Transaction& tx, delivery::Recorder& recorder,
                                     delivery::HandoverRecorder& handovers,
                                     const CheckedStep& checked, Actor side,
                                     store::HandoverRecord& handover) {
  const Digest matter = MatterSigned(checked, handover);
  if (matter.view() != checked.step.message.handover_digest()) {
    return RefuseDigest(tx, recorder, checked, handover);
  }
  // Whether the table would take the step, were it signed by both.
  referral::HandoverGuard guard = GuardOf(checked.step, handover.minor);
  guard.both_signed = true;
  AMANA_RETURN_IF_ERROR(referral::CheckHandoverTransition(
      handover.state, checked.step.message.state(), side, checked.step.message.reason(), guard));
  if (!handover.half.has_value()) {
    return KeepFirst(tx, handovers, checked, side, matter, handover);
  }
  const bool own = (handover.half->by == handover.recipient) == (side == Actor::kRecipient);
  if (own) {
    const bool replaces =
        handover.half->state == v1::HANDOVER_STATE_CORRECTED && matter != handover.half->matter;
    if (!replaces) return HandoverAlreadySigned();
    return KeepFirst(tx, handovers, checked, side, matter, handover);
  }
  if (matter != handover.half->matter) return RefuseDigest(tx, recorder, checked, handover);
  return Complete(tx, recorder, handovers, checked, side, handover);
}

}  // namespace amana::operations
