#include "broker/delivery/recorder.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "broker/delivery/clocks.h"
#include "broker/delivery/settle.h"
#include "broker/events/update_detail.h"
#include "broker/referral/delivery_machine.h"
#include "broker/referral/task_machine.h"
#include "proto/codes/names.h"

namespace amana::delivery {
namespace {

v1::EventKind KindOf(v1::TaskState state) {
  switch (state) {
    case v1::TASK_STATE_SUBMITTED:
      return v1::EVENT_KIND_TASK_SUBMITTED;
    case v1::TASK_STATE_ROUTED:
      return v1::EVENT_KIND_TASK_ROUTED;
    case v1::TASK_STATE_BLOCKED_CONSENT:
      return v1::EVENT_KIND_TASK_BLOCKED_CONSENT;
    case v1::TASK_STATE_NEEDS_WRAP:
      return v1::EVENT_KIND_TASK_NEEDS_WRAP;
    case v1::TASK_STATE_UNROUTABLE:
      return v1::EVENT_KIND_TASK_UNROUTABLE;
    case v1::TASK_STATE_RECEIVED:
      return v1::EVENT_KIND_TASK_RECEIVED;
    case v1::TASK_STATE_SEEN:
      return v1::EVENT_KIND_TASK_SEEN;
    case v1::TASK_STATE_ACCEPTED:
      return v1::EVENT_KIND_TASK_ACCEPTED;
    case v1::TASK_STATE_REJECTED:
      return v1::EVENT_KIND_TASK_REJECTED;
    case v1::TASK_STATE_CANCELLED:
      return v1::EVENT_KIND_TASK_CANCELLED;
    case v1::TASK_STATE_REVOKED:
      return v1::EVENT_KIND_TASK_REVOKED;
    case v1::TASK_STATE_EXPIRED:
      return v1::EVENT_KIND_TASK_EXPIRED;
    case v1::TASK_STATE_INFO_REQUESTED:
      return v1::EVENT_KIND_TASK_INFO_REQUESTED;
    case v1::TASK_STATE_IN_PROGRESS:
      return v1::EVENT_KIND_TASK_IN_PROGRESS;
    case v1::TASK_STATE_COMPLETED:
      return v1::EVENT_KIND_TASK_COMPLETED;
    case v1::TASK_STATE_FAILED:
      return v1::EVENT_KIND_TASK_FAILED;
    case v1::TASK_STATE_REROUTED:
      return v1::EVENT_KIND_TASK_REROUTED;
    case v1::TASK_STATE_ENTERED_IN_ERROR:
      return v1::EVENT_KIND_TASK_ENTERED_IN_ERROR;
    default:
      return v1::EVENT_KIND_UNSPECIFIED;
  }
}

v1::EventKind KindOf(v1::DeliveryState state) {
  switch (state) {
    case v1::DELIVERY_STATE_QUEUED:
      return v1::EVENT_KIND_DELIVERY_QUEUED;
    case v1::DELIVERY_STATE_LEASED:
      return v1::EVENT_KIND_DELIVERY_LEASED;
    case v1::DELIVERY_STATE_SENT:
      return v1::EVENT_KIND_DELIVERY_SENT;
    case v1::DELIVERY_STATE_RETRY_WAIT:
      return v1::EVENT_KIND_DELIVERY_RETRY_WAIT;
    case v1::DELIVERY_STATE_NATIVE_ACKED:
      return v1::EVENT_KIND_DELIVERY_NATIVE_ACKED;
    case v1::DELIVERY_STATE_NATIVE_NACKED:
      return v1::EVENT_KIND_DELIVERY_NATIVE_NACKED;
    case v1::DELIVERY_STATE_READ:
      return v1::EVENT_KIND_DELIVERY_READ;
    case v1::DELIVERY_STATE_DEAD_LETTER:
      return v1::EVENT_KIND_DELIVERY_DEAD_LETTER;
    case v1::DELIVERY_STATE_WITHHELD:
      return v1::EVENT_KIND_DELIVERY_WITHHELD;
    case v1::DELIVERY_STATE_RECALLED:
      return v1::EVENT_KIND_DELIVERY_RECALLED;
    case v1::DELIVERY_STATE_EXPIRED:
      return v1::EVENT_KIND_DELIVERY_EXPIRED;
    case v1::DELIVERY_STATE_ERASED:
      return v1::EVENT_KIND_DELIVERY_ERASED;
    case v1::DELIVERY_STATE_RECALL_SENT:
      return v1::EVENT_KIND_DELIVERY_RECALL_SENT;
    case v1::DELIVERY_STATE_RECALL_CONFIRMED:
      return v1::EVENT_KIND_DELIVERY_RECALL_CONFIRMED;
    case v1::DELIVERY_STATE_RECALL_REFUSED:
      return v1::EVENT_KIND_DELIVERY_RECALL_REFUSED;
    case v1::DELIVERY_STATE_RECALL_UNANSWERED:
      return v1::EVENT_KIND_DELIVERY_RECALL_UNANSWERED;
    default:
      return v1::EVENT_KIND_UNSPECIFIED;
  }
}

// Whether a clock has gone so far that its task is in the coordinator's queue.
bool MayBeQueued(const store::TaskClock& clock) {
  return clock.reached >= v1::ESCALATION_LEVEL_COORDINATOR ||
         clock.call == store::CallState::kEscalated;
}

// Rule 28: nobody is told in time that a life may be in danger, unless the operator is.
void AlertWhereUnverifiable(v1::Reason reason, v1::Urgency urgency) {
  if (reason != v1::REASON_CONSENT_UNVERIFIABLE) return;
  if (urgency != v1::URGENCY_IMMEDIATE && urgency != v1::URGENCY_EMERGENCY) return;
  Log(LogLevel::kError, "emergency_unverifiable",
      {{"urgency", LogSafe::Code(codes::CodeName(urgency))}});
}

// A native error class stands in the record from the refusal until the next move.
referral::DeliveryGuard GuardOf(const store::DeliveryRecord& delivery,
                                const Disclosure& disclosure) {
  return {.disclosed = delivery.disclosed,
          .native_error = delivery.reason,
          .sections_present = true,
          .legal_basis = disclosure.legal_basis};
}

}  // namespace

Recorder::Recorder(store::Transaction& tx, const store::ReferralRecord& referral, absl::Time now,
                   Evidence evidence)
    : tx_(tx), referral_(referral), now_(now), evidence_(std::move(evidence)) {}

events::Event Recorder::NewEvent(v1::EventKind kind) const {
  events::Event event;
  event.kind = kind;
  event.referral = referral_.key;
  event.statement_digest = evidence_.statement;
  event.actor_agency = evidence_.agency;
  event.actor_unit = evidence_.unit;
  event.actor_person = evidence_.person;
  event.cert_id = evidence_.cert_id;
  event.urgency = referral_.urgency;
  event.consent_id = referral_.consent_id;
  event.consent_version = referral_.consent_version;
  return event;
}

absl::StatusOr<uint64_t> Recorder::Append(events::Event event) {
  return tx_.log().Append(std::move(event));
}

absl::StatusOr<uint64_t> Recorder::MoveTask(store::TaskRecord& task, v1::TaskState to,
                                            referral::Actor actor, v1::Reason reason,
                                            std::string detail) {
  const v1::TaskState from = task.state;
  AMANA_RETURN_IF_ERROR(referral::CheckTaskTransition(from, to, actor, reason));
  store::TaskRecord next = task;
  next.state = to;
  next.reason = reason;
  next.changed = now_;
  if (referral::IsTerminal(to)) next.decide_at = absl::InfiniteFuture();
  if (to != v1::TASK_STATE_UNROUTABLE) next.missing = v1::ROUTE_GAP_UNSPECIFIED;
  EnterClock(std::as_const(tx_), task, referral_.urgency, next);
  AMANA_RETURN_IF_ERROR(tx_.referrals().MoveTask(from, next));
  AMANA_RETURN_IF_ERROR(NoteSettled(tx_, task, next, now_));
  AMANA_RETURN_IF_ERROR(FollowPlaces(task, next));
  if (MayBeQueued(task.clock)) AMANA_RETURN_IF_ERROR(CloseItems(task.key, next.clock));
  task = std::move(next);
  events::Event event = TaskEvent(task);
  if (!detail.empty()) event.detail = std::move(detail);
  if (actor == referral::Actor::kRecipient || actor == referral::Actor::kCoordinator) {
    // The event is shown whole to who acted, and what the sender's consent withheld is not for it.
    event.consent_rules.clear();
    event.withheld.clear();
  }
  return Append(std::move(event));
}

absl::StatusOr<uint64_t> Recorder::Reroute(const store::TaskRecord& task, referral::Actor actor,
                                           v1::Reason reason, store::TaskRecord& next) {
  using referral::CheckTaskTransition;
  AMANA_RETURN_IF_ERROR(CheckTaskTransition(task.state, v1::TASK_STATE_REROUTED, actor, reason));
  // "new Task": the sender's header asks for it, the broker says where it starts.
  AMANA_RETURN_IF_ERROR(CheckTaskTransition(v1::TASK_STATE_UNSPECIFIED, v1::TASK_STATE_SUBMITTED,
                                            referral::Actor::kSender, v1::REASON_UNSPECIFIED));
  AMANA_RETURN_IF_ERROR(CheckTaskTransition(v1::TASK_STATE_SUBMITTED, next.state,
                                            referral::Actor::kBroker, next.reason));
  AMANA_RETURN_IF_ERROR(EndOffer(task, v1::TASK_STATE_REROUTED, reason, next));
  store::TaskRecord over = task;
  over.state = v1::TASK_STATE_REROUTED;
  over.reason = reason;
  events::Event event = TaskEvent(over);
  event.consent_rules.clear();
  event.withheld.clear();
  AMANA_RETURN_IF_ERROR(Append(std::move(event)).status());
  // Where it goes next is the broker's doing, and for the sender's eyes.
  event = TaskEvent(next);
  event.actor_agency = {};
  event.actor_unit = {};
  event.actor_person = {};
  event.cert_id = {};
  return Append(std::move(event));
}

absl::Status Recorder::EndOffer(const store::TaskRecord& task, v1::TaskState state,
                                v1::Reason reason, store::TaskRecord& next) {
  next.offer_epoch = task.offer_epoch + 1;
  next.changed = now_;
  EnterClock(std::as_const(tx_), task, referral_.urgency, next);
  if (!WasOffered(task)) {
    AMANA_RETURN_IF_ERROR(tx_.referrals().MoveTask(task.state, next));
  } else {
    AMANA_RETURN_IF_ERROR(tx_.offers().EndOffer(task.state, Ended(task, state, reason), next));
  }
  AMANA_RETURN_IF_ERROR(NoteSettled(tx_, task, next, now_));
  AMANA_RETURN_IF_ERROR(FollowPlaces(task, next));
  return MayBeQueued(task.clock) ? CloseItems(task.key, next.clock) : absl::OkStatus();
}

store::OfferRecord Recorder::Ended(const store::TaskRecord& task, v1::TaskState state,
                                   v1::Reason reason) const {
  store::OfferRecord ended;
  ended.task = task.key;
  ended.offer_epoch = task.offer_epoch;
  ended.recipient = task.recipient.value_or(Address());
  ended.state = state;
  ended.reason = reason;
  ended.offered = task.clock.offered;
  ended.ended = now_;
  return ended;
}

absl::StatusOr<uint64_t> Recorder::Exhaust(const store::TaskRecord& task, v1::RouteGap missing) {
  store::TaskRecord next = task;
  next.state = v1::TASK_STATE_UNROUTABLE;
  next.reason = v1::REASON_UNROUTABLE;
  next.missing = missing;
  next.recipient.reset();
  next.consent_rules.clear();
  next.withheld.clear();
  next.decide_at = absl::InfiniteFuture();
  AMANA_RETURN_IF_ERROR(
      referral::CheckTaskTransition(task.state, next.state, referral::Actor::kBroker, next.reason));
  AMANA_RETURN_IF_ERROR(EndOffer(task, task.state, task.reason, next));
  return Append(TaskEvent(next));
}

absl::Status Recorder::FreshEpoch(store::TaskRecord& task) const {
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::DeliveryRecord> all,
                         std::as_const(tx_).deliveries().OfTask(task.key));
  for (const store::DeliveryRecord& each : all) {
    task.offer_epoch = std::max(task.offer_epoch, each.key.offer_epoch + 1);
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Recorder::AppendTask(const store::TaskRecord& task) {
  AlertWhereUnverifiable(task.reason, referral_.urgency);
  return Append(TaskEvent(task));
}

events::Event Recorder::TaskEvent(const store::TaskRecord& task) const {
  events::Event event = NewEvent(KindOf(task.state));
  event.recipient = task.recipient;
  event.task = task.key.task;
  event.offer_epoch = task.offer_epoch;
  event.reason = task.reason;
  event.consent_rules = task.consent_rules;
  event.withheld = task.withheld;
  if (task.missing != v1::ROUTE_GAP_UNSPECIFIED)
    event.detail.assign(1, static_cast<char>(task.missing));
  return event;
}

absl::StatusOr<uint64_t> Recorder::MoveDelivery(store::DeliveryRecord& delivery,
                                                v1::DeliveryState to, referral::Actor actor,
                                                v1::Reason reason, absl::Time due,
                                                const Disclosure& disclosure) {
  const v1::DeliveryState from = delivery.state;
  AMANA_RETURN_IF_ERROR(
      referral::CheckDeliveryTransition(from, to, actor, reason, GuardOf(delivery, disclosure)));
  store::DeliveryRecord next = delivery;
  next.state = to;
  // An unanswered recall is still asked for, for the reason that it was.
  if (to != v1::DELIVERY_STATE_RECALL_UNANSWERED) next.reason = reason;
  next.changed = now_;
  next.due = due;
  AMANA_RETURN_IF_ERROR(tx_.deliveries().Move(from, next));
  delivery = std::move(next);
  AMANA_RETURN_IF_ERROR(FollowRecall(delivery, from));
  AlertWhereUnverifiable(reason, delivery.urgency);

  events::Event event = NewEvent(KindOf(to));
  event.recipient = delivery.recipient;
  event.task = delivery.key.task.task;
  event.stage = delivery.key.stage;
  event.offer_epoch = delivery.key.offer_epoch;
  event.lease_epoch = delivery.lease_epoch;
  event.attempt = delivery.attempts;
  event.reason = reason;
  event.delivered = disclosure.delivered;
  event.withheld = disclosure.withheld;
  event.consent_rules = disclosure.consent_rules;
  if (disclosure.legal_basis != v1::LEGAL_BASIS_UNSPECIFIED) {
    event.detail.assign(1, static_cast<char>(disclosure.legal_basis));
  }
  events::NameUpdate(delivery.key.update, event);
  return Append(std::move(event));
}

absl::Status Recorder::Queue(const store::TaskRecord& task, v1::DisclosureStage stage,
                             const CertId& recipient_cert, uint32_t update) {
  store::DeliveryRecord delivery;
  delivery.key = {task.key, task.offer_epoch, stage, update};
  delivery.recipient = *task.recipient;
  delivery.recipient_cert = recipient_cert;
  delivery.urgency = referral_.urgency;
  delivery.subject = referral_.subject;
  delivery.queued = now_;
  delivery.changed = now_;
  delivery.expires = referral_.expires;
  AMANA_RETURN_IF_ERROR(tx_.deliveries().Queue(delivery));
  tx_.Wake(delivery.recipient);
  return absl::OkStatus();
}

absl::Status Recorder::TakeBackOne(store::DeliveryRecord& delivery, v1::DeliveryState quiet,
                                   v1::Reason reason,
                                   const std::optional<store::StatementRecord>& cause,
                                   const Policy& policy, TakenBack& taken) {
  const v1::DeliveryState to = delivery.disclosed ? v1::DELIVERY_STATE_RECALL_SENT : quiet;
  if (!referral::CheckDeliveryTransition(delivery.state, to, referral::Actor::kBroker, reason,
                                         GuardOf(delivery, {}))
           .ok()) {
    return absl::OkStatus();  // already over, or already recalled
  }
  const absl::Time due = delivery.disclosed ? now_ + policy.recall_within : absl::InfiniteFuture();
  AMANA_RETURN_IF_ERROR(MoveDelivery(delivery, to, referral::Actor::kBroker, reason, due).status());
  ++(delivery.disclosed ? taken.recalled : taken.quiet);
  if (!delivery.disclosed) return absl::OkStatus();
  if (cause.has_value()) {
    AMANA_RETURN_IF_ERROR(tx_.deliveries().KeepAnswer(delivery.key, kRecallCause, *cause));
  }
  tx_.Wake(delivery.recipient);
  return absl::OkStatus();
}

absl::StatusOr<TakenBack> Recorder::TakeBack(const store::TaskRecord& task, v1::DeliveryState quiet,
                                             v1::Reason reason,
                                             const std::optional<store::StatementRecord>& cause,
                                             const Policy& policy) {
  AMANA_ASSIGN_OR_RETURN(std::vector<store::DeliveryRecord> all, tx_.deliveries().OfTask(task.key));
  TakenBack out;
  for (store::DeliveryRecord& delivery : all) {
    AMANA_RETURN_IF_ERROR(TakeBackOne(delivery, quiet, reason, cause, policy, out));
  }
  return out;
}

absl::StatusOr<bool> Recorder::Disclosed(const store::TaskKey& task) const {
  const store::Transaction& tx = tx_;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::DeliveryRecord> all,
                         tx.deliveries().OfTask(task));
  return std::any_of(all.begin(), all.end(),
                     [](const store::DeliveryRecord& each) { return each.disclosed; });
}

absl::StatusOr<bool> Recorder::DisclosedNow(const store::TaskRecord& task) const {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::DeliveryRecord> offer,
                         std::as_const(tx_).deliveries().Find(
                             {task.key, task.offer_epoch, v1::DISCLOSURE_STAGE_AT_OFFER}));
  return offer.has_value() && offer->disclosed;
}

}  // namespace amana::delivery
