#include "broker/delivery/handover_recorder.h"

#include <algorithm>
#include <utility>

#include "broker/delivery/custody.h"
#include "broker/events/custody_detail.h"
#include "broker/store/errors.h"

namespace amana::delivery {
namespace {

using referral::Actor;

v1::EventKind KindOf(v1::HandoverState state) {
  switch (state) {
    case v1::HANDOVER_STATE_OFFERED:
      return v1::EVENT_KIND_HANDOVER_OFFERED;
    case v1::HANDOVER_STATE_AGREED:
      return v1::EVENT_KIND_HANDOVER_AGREED;
    case v1::HANDOVER_STATE_DECLINED:
      return v1::EVENT_KIND_HANDOVER_DECLINED;
    case v1::HANDOVER_STATE_WITHDRAWN:
      return v1::EVENT_KIND_HANDOVER_WITHDRAWN;
    case v1::HANDOVER_STATE_IN_TRANSIT:
      return v1::EVENT_KIND_HANDOVER_IN_TRANSIT;
    case v1::HANDOVER_STATE_ARRIVED:
      return v1::EVENT_KIND_HANDOVER_ARRIVED;
    case v1::HANDOVER_STATE_NO_SHOW:
      return v1::EVENT_KIND_HANDOVER_NO_SHOW;
    case v1::HANDOVER_STATE_ABORTED:
      return v1::EVENT_KIND_HANDOVER_ABORTED;
    case v1::HANDOVER_STATE_CUSTODY_TRANSFERRED:
      return v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED;
    case v1::HANDOVER_STATE_RETURNED:
      return v1::EVENT_KIND_HANDOVER_RETURNED;
    case v1::HANDOVER_STATE_CORRECTED:
      return v1::EVENT_KIND_HANDOVER_CORRECTED;
    case v1::HANDOVER_STATE_ENDED:
      return v1::EVENT_KIND_HANDOVER_ENDED;
    default:
      return v1::EVENT_KIND_UNSPECIFIED;
  }
}

const Address& OtherSide(const store::HandoverRecord& handover, Actor actor) {
  return actor == Actor::kRecipient ? handover.responsible : handover.recipient;
}

// As far as the queue asks.
store::TaskRecord TaskOf(const store::HandoverRecord& handover) {
  store::TaskRecord task;
  task.key = handover.key.task;
  task.recipient = handover.recipient;
  task.offer_epoch = handover.offer_epoch;
  return task;
}

void SetWindow(const HandoverMove& move, store::HandoverRecord& handover) {
  if (move.window_from.has_value()) handover.window_from = *move.window_from;
  if (move.window_until.has_value()) handover.window_until = *move.window_until;
}

}  // namespace

std::optional<Address> WhoOwes(const store::HandoverRecord& handover) {
  if (handover.half.has_value()) {
    return handover.half->by == handover.recipient ? handover.responsible : handover.recipient;
  }
  switch (handover.state) {
    case v1::HANDOVER_STATE_OFFERED:
    case v1::HANDOVER_STATE_IN_TRANSIT:  // came, or did not
    case v1::HANDOVER_STATE_ARRIVED:
      return handover.recipient;
    case v1::HANDOVER_STATE_AGREED:
    case v1::HANDOVER_STATE_NO_SHOW:
      return handover.responsible;
    default:
      return std::nullopt;
  }
}

absl::Time HandoverRecorder::DueOf(const store::HandoverRecord& handover) const {
  switch (handover.state) {
    case v1::HANDOVER_STATE_OFFERED:
    case v1::HANDOVER_STATE_AGREED:
    case v1::HANDOVER_STATE_IN_TRANSIT:
      return std::max(now_, handover.window_until) + policy_.handover_grace;
    case v1::HANDOVER_STATE_ARRIVED:
    case v1::HANDOVER_STATE_NO_SHOW:
      return now_ + policy_.handover_grace;
    default:
      return absl::InfiniteFuture();
  }
}

events::Event HandoverRecorder::NewEvent(const store::HandoverRecord& handover, v1::EventKind kind,
                                         const Address& to) const {
  events::Event event = recorder_.NewEvent(kind);
  event.recipient = to;
  event.task = handover.key.task.task;
  event.offer_epoch = handover.offer_epoch;
  event.attempt = handover.key.attempt;
  return event;
}

absl::Status HandoverRecorder::MoveCustody(const store::HandoverRecord& handover, v1::ExitCode exit,
                                           uint64_t event) {
  AMANA_ASSIGN_OR_RETURN(std::optional<store::CustodyRecord> custody,
                         std::as_const(tx_).custodies().Find(handover.subject));
  if (!custody.has_value()) return store::RowCorruptError("custody");
  ApplyStep(handover, {.exit = exit, .now = now_, .event = event}, *custody);
  return tx_.custodies().Move(*custody);
}

absl::StatusOr<uint64_t> HandoverRecorder::Offer(store::HandoverRecord& handover,
                                                 const referral::HandoverGuard& guard,
                                                 const HandoverMove& move) {
  AMANA_RETURN_IF_ERROR(referral::CheckHandoverTransition(v1::HANDOVER_STATE_UNSPECIFIED, move.to,
                                                          move.actor, move.reason, guard));
  handover.state = move.to;
  handover.reason = move.reason;
  handover.changed = now_;
  handover.steps = 1;
  handover.last_step = move.step;
  SetWindow(move, handover);
  handover.due = DueOf(handover);
  AMANA_RETURN_IF_ERROR(tx_.handovers().Begin(handover));
  AMANA_ASSIGN_OR_RETURN(
      const uint64_t event,
      recorder_.Append(NewEvent(handover, KindOf(move.to), OtherSide(handover, move.actor))));
  AMANA_RETURN_IF_ERROR(MoveCustody(handover, move.exit, event));
  return event;
}

absl::StatusOr<uint64_t> HandoverRecorder::Move(store::HandoverRecord& handover,
                                                const referral::HandoverGuard& guard,
                                                const HandoverMove& move) {
  AMANA_RETURN_IF_ERROR(
      referral::CheckHandoverTransition(handover.state, move.to, move.actor, move.reason, guard));
  store::HandoverRecord next = handover;
  next.state = move.to;
  next.reason = move.reason;
  next.changed = now_;
  ++next.steps;
  next.last_step = move.step;
  next.half.reset();
  SetWindow(move, next);
  if (move.to == v1::HANDOVER_STATE_IN_TRANSIT) {
    next.code_commitment = move.code_commitment;
    next.wrong_codes = 0;
  }
  next.overdue = kInTime;
  next.due = DueOf(next);
  AMANA_RETURN_IF_ERROR(tx_.handovers().Move(handover.state, handover.steps, next));
  AMANA_RETURN_IF_ERROR(LeaveQueue(handover));
  handover = std::move(next);

  events::Event event = NewEvent(handover, KindOf(move.to), OtherSide(handover, move.actor));
  event.reason = move.reason;
  if (move.to == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED) {
    event.detail = events::TransferDetail(move.first_signature, handover.recipient);
  } else if (move.to == v1::HANDOVER_STATE_CORRECTED) {
    event.detail = move.first_signature.bytes();
  } else if (move.to == v1::HANDOVER_STATE_ENDED) {
    event.detail.assign(1, static_cast<char>(move.exit));
  }
  AMANA_ASSIGN_OR_RETURN(const uint64_t index, recorder_.Append(std::move(event)));
  AMANA_RETURN_IF_ERROR(MoveCustody(handover, move.exit, index));
  return index;
}

absl::StatusOr<uint64_t> HandoverRecorder::KeepFirstSignature(store::HandoverRecord& handover,
                                                              const store::HalfSigned& half) {
  store::HandoverRecord next = handover;
  next.half = half;
  ++next.steps;
  if (referral::IsUnderWay(next.state)) {
    next.overdue = kInTime;
    next.due = DueOf(next);
  }
  AMANA_RETURN_IF_ERROR(tx_.handovers().Move(handover.state, handover.steps, next));
  AMANA_RETURN_IF_ERROR(LeaveQueue(handover));
  handover = std::move(next);
  const Actor actor = half.by == handover.recipient ? Actor::kRecipient : Actor::kResponsible;
  events::Event event =
      NewEvent(handover, v1::EVENT_KIND_HANDOVER_SIGNED_BY_ONE, OtherSide(handover, actor));
  event.detail = static_cast<char>(half.state) + half.matter.bytes();
  return recorder_.Append(std::move(event));
}

absl::StatusOr<uint64_t> HandoverRecorder::CountWrongCode(store::HandoverRecord& handover) {
  store::HandoverRecord next = handover;
  ++next.wrong_codes;
  AMANA_RETURN_IF_ERROR(tx_.handovers().Move(handover.state, handover.steps, next));
  handover = std::move(next);
  events::Event event = NewEvent(handover, v1::EVENT_KIND_HANDOVER_CODE_REFUSED,
                                 OtherSide(handover, Actor::kRecipient));
  event.detail.assign(1, static_cast<char>(handover.wrong_codes));
  return recorder_.Append(std::move(event));
}

absl::StatusOr<uint64_t> HandoverRecorder::Escalate(store::HandoverRecord& handover) {
  store::HandoverRecord next = handover;
  ++next.overdue;
  next.due = next.overdue < kAlerted ? now_ + policy_.handover_grace : absl::InfiniteFuture();
  AMANA_RETURN_IF_ERROR(tx_.handovers().Move(handover.state, handover.steps, next));
  handover = std::move(next);
  events::Event event = NewEvent(handover, v1::EVENT_KIND_HANDOVER_OVERDUE,
                                 WhoOwes(handover).value_or(handover.responsible));
  event.detail.assign(1, static_cast<char>(handover.overdue));
  AMANA_ASSIGN_OR_RETURN(const uint64_t index, recorder_.Append(std::move(event)));
  if (handover.overdue >= kWithCoordinator) {
    AMANA_RETURN_IF_ERROR(recorder_
                              .Escalate(TaskOf(handover), v1::QUEUE_REASON_HANDOVER_OVERDUE,
                                        v1::REASON_NO_RESPONSE,
                                        /*alerted=*/handover.overdue >= kAlerted)
                              .status());
  }
  return index;
}

absl::Status HandoverRecorder::LeaveQueue(const store::HandoverRecord& before) {
  if (before.overdue < kWithCoordinator) return absl::OkStatus();
  return recorder_.CloseItem(TaskOf(before), v1::QUEUE_REASON_HANDOVER_OVERDUE);
}

}  // namespace amana::delivery
