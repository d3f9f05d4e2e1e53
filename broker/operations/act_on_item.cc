#include "broker/operations/act_on_item.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "amana/v1/offer.pb.h"
#include "broker/delivery/offer_next.h"
#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/coordinator.h"
#include "broker/operations/errors.h"
#include "broker/operations/offer_statement.h"
#include "broker/operations/queue_items.h"
#include "broker/referral/escalation.h"
#include "broker/referral/task_machine.h"
#include "proto/codes/codes.h"
#include "proto/codes/names.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using referral::Actor;

struct Checked {
  delivery::Moment moment;
  Verified<v1::CoordinatorAct> statement;
  StatementKey key;
  Address coordinator;
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::ActOnItemRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  if (!IsCoordinator(moment, caller)) return CoordinatorRequired();
  AMANA_ASSIGN_OR_RETURN(Verified<v1::CoordinatorAct> statement,
                         VerifyStatement<v1::CoordinatorAct>(moment, caller, request.act(),
                                                             envelope::kCoordinatorActType));
  AMANA_RETURN_IF_ERROR(CheckCoordinator(moment, statement.signer));
  AMANA_ASSIGN_OR_RETURN(StatementKey key,
                         delivery::FromWire(statement.message.referral(), "referral"));
  AMANA_ASSIGN_OR_RETURN(Address coordinator,
                         delivery::FromWire(statement.message.coordinator(), "coordinator"));
  AMANA_RETURN_IF_ERROR(identity::CheckSignsFor(statement.signer, coordinator, "coordinator"));
  return Checked{moment, std::move(statement), std::move(key), std::move(coordinator)};
}

// One act on one item, inside the transaction.
class ItemAct {
 public:
  ItemAct(store::Transaction& tx, const Context& context, const Checked& checked,
          const OfferTarget& target, store::QueueItem item)
      : tx_(tx),
        context_(context),
        checked_(checked),
        message_(checked.statement.message),
        target_(target),
        item_(std::move(item)),
        recorder_(tx, target.referral, checked.moment.now, checked.statement.evidence) {}

  // The index of the act's own event.
  absl::StatusOr<uint64_t> Do() {
    switch (message_.kind()) {
      case v1::COORDINATOR_ACT_KIND_ASSIGN:
        return Assign();
      case v1::COORDINATOR_ACT_KIND_ANNOTATE:
        return Annotate();
      case v1::COORDINATOR_ACT_KIND_NAME:
        return Name();
      case v1::COORDINATOR_ACT_KIND_CLOSE:
        return Close();
      default:
        return FieldInvalid("kind", "a kind of act");
    }
  }

 private:
  absl::StatusOr<uint64_t> Tell(std::string detail = {},
                                const std::optional<Address>& named = std::nullopt) {
    events::Event event = recorder_.NewEvent(v1::EVENT_KIND_COORDINATOR_ACTED);
    event.task = target_.task.key.task;
    event.offer_epoch = target_.task.offer_epoch;
    event.recipient = named;
    event.reason = message_.reason();
    event.detail = static_cast<char>(message_.kind()) + std::move(detail);
    return recorder_.Append(std::move(event));
  }

  absl::StatusOr<uint64_t> Assign() {
    AMANA_ASSIGN_OR_RETURN(item_.assignee, PersonId::Create(message_.assignee(), "assignee"));
    item_.assigned = checked_.coordinator;
    AMANA_RETURN_IF_ERROR(tx_.queue().Move(item_));
    return Tell();
  }

  absl::StatusOr<uint64_t> Annotate() {
    if (!codes::IsKnown(message_.annotation())) return FieldInvalid("annotation", "a known code");
    AMANA_ASSIGN_OR_RETURN(const uint64_t event, Tell({static_cast<char>(message_.annotation())}));
    store::QueueNoteRecord note;
    note.item = item_.item;
    note.log_index = event;
    note.at = checked_.moment.now;
    note.annotation = message_.annotation();
    note.by.agency = checked_.coordinator.agency;
    note.by.person = checked_.statement.evidence.person;
    AMANA_RETURN_IF_ERROR(tx_.queue().AddNote(note));
    return event;
  }

  // An offer that is with somebody is taken away only when that one has missed its time.
  absl::Status CheckMissed() const {
    switch (target_.task.state) {
      case v1::TASK_STATE_ROUTED:
      case v1::TASK_STATE_RECEIVED:
      case v1::TASK_STATE_SEEN:
      case v1::TASK_STATE_ACCEPTED:
        return target_.task.clock.reached >= v1::ESCALATION_LEVEL_COORDINATOR
                   ? absl::OkStatus()
                   : SlaNotMissed("item");
      default:
        return absl::OkStatus();
    }
  }

  absl::StatusOr<uint64_t> Name() {
    if (target_.referral.expires <= checked_.moment.now) return ReferralExpired("referral");
    delivery::Cause cause;
    cause.actor = Actor::kCoordinator;
    cause.may_part = true;
    cause.evidence = checked_.statement.evidence;
    if (message_.has_recipient()) {
      AMANA_ASSIGN_OR_RETURN(cause.named, delivery::FromWire(message_.recipient(), "recipient"));
    }
    AMANA_ASSIGN_OR_RETURN(const uint64_t event, Tell({}, cause.named));
    const store::TaskRecord& task = target_.task;
    delivery::Reoffered next;
    if (task.state == v1::TASK_STATE_UNROUTABLE) {
      AMANA_ASSIGN_OR_RETURN(
          next, delivery::LookAgain(tx_, checked_.moment, target_.referral, task, cause));
    } else {
      AMANA_RETURN_IF_ERROR(CheckMissed());
      const v1::Clock clock = referral::ClockOf(task.state);
      cause.reason = clock == v1::CLOCK_UNSERVED ? task.reason : referral::MissedReason(clock);
      AMANA_RETURN_IF_ERROR(referral::CheckTaskTransition(task.state, v1::TASK_STATE_REROUTED,
                                                          Actor::kCoordinator, cause.reason));
      AMANA_ASSIGN_OR_RETURN(next, delivery::Reroute(tx_, checked_.moment, context_.policy,
                                                     target_.referral, task, cause));
    }
    return next.done ? absl::StatusOr<uint64_t>(event) : NoCandidate("recipient", next.missing);
  }

  // Whether the item is of the clock that runs in the task's state, for somebody who must act.
  bool IsOwed(const store::TaskRecord& task) const {
    const v1::Clock clock = referral::ClockOf(task.state);
    return clock != v1::CLOCK_UNSPECIFIED && clock != v1::CLOCK_UNSERVED &&
           item_.offer_epoch == task.offer_epoch &&
           item_.reason == referral::QueueReasonOf(clock, task.state);
  }

  absl::StatusOr<uint64_t> Close() {
    if (codes::KindOf(message_.reason()) != codes::ReasonKind::kCancel) {
      return FieldInvalid("reason", "a CANCEL code");
    }
    store::TaskRecord task = target_.task;
    const bool cancels = referral::CheckTaskTransition(task.state, v1::TASK_STATE_CANCELLED,
                                                       Actor::kCoordinator, message_.reason())
                             .ok();
    if (!cancels && IsOwed(task)) return StillOwed("item");
    AMANA_ASSIGN_OR_RETURN(const uint64_t event, Tell());
    if (cancels) {
      // Recalls name nobody whom their recipients do not know of.
      delivery::Recorder unnamed(tx_, target_.referral, checked_.moment.now, {});
      AMANA_RETURN_IF_ERROR(unnamed
                                .TakeBack(task, v1::DELIVERY_STATE_RECALLED, message_.reason(),
                                          std::nullopt, context_.policy)
                                .status());
      AMANA_RETURN_IF_ERROR(
          recorder_.MoveTask(task, v1::TASK_STATE_CANCELLED, Actor::kCoordinator, message_.reason())
              .status());
    }
    AMANA_ASSIGN_OR_RETURN(std::optional<store::QueueItem> left,
                           std::as_const(tx_).queue().Find(item_.item));
    if (!left.has_value() || left->closed) return event;
    left->closed = true;
    AMANA_RETURN_IF_ERROR(tx_.queue().Move(*left));
    return event;
  }

  store::Transaction& tx_;
  const Context& context_;
  const Checked& checked_;
  const v1::CoordinatorAct& message_;
  const OfferTarget& target_;
  store::QueueItem item_;
  delivery::Recorder recorder_;
};

absl::StatusOr<uint64_t> ActOnce(store::Transaction& tx, const Context& context,
                                 const Checked& checked, const store::QueueItem& item) {
  AMANA_ASSIGN_OR_RETURN(
      std::optional<uint64_t> event,
      FindActedOn(std::as_const(tx), checked.key, checked.statement.record.digest));
  if (event.has_value()) return *event;
  AMANA_RETURN_IF_ERROR(checked.statement.freshness);
  if (item.closed) return ItemClosed("item");
  AMANA_ASSIGN_OR_RETURN(const OfferTarget target,
                         FindOffer(std::as_const(tx), checked.key, item.task.task, std::nullopt));
  AMANA_ASSIGN_OR_RETURN(event, ItemAct(tx, context, checked, target, item).Do());
  AMANA_RETURN_IF_ERROR(
      KeepActedOn(tx, checked.key, checked.statement.signer, checked.statement.record, *event));
  return *event;
}

absl::StatusOr<Verdict> Act(store::Transaction& tx, const Context& context, const Checked& checked,
                            v1::ActOnItemResponse& response) {
  const v1::CoordinatorAct& message = checked.statement.message;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::QueueItem> item,
                         std::as_const(tx).queue().Find(message.item()));
  if (!item.has_value() || item->task != store::TaskKey{checked.key, message.task()}) {
    return NotFound("item");
  }
  AMANA_ASSIGN_OR_RETURN(const uint64_t event, ActOnce(tx, context, checked, *item));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::QueueItem> left,
                         std::as_const(tx).queue().Find(message.item()));
  if (left.has_value() && !left->closed) {
    AMANA_ASSIGN_OR_RETURN(*response.add_items(), ShowItem(tx, *left));
  }
  return Verdict{.event = event};
}

}  // namespace

void ActOnItem(const Context& context, const identity::Caller& caller,
               const v1::ActOnItemRequest& request, Reply<v1::ActOnItemResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::ActOnItemResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::ActOnItemResponse& response) {
        return Act(tx, context, *shared, response);
      },
      std::move(reply));
}

}  // namespace amana::operations
