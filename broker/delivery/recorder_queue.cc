// What of a task's story goes to the coordinator.
#include <algorithm>
#include <utility>
#include <vector>

#include "broker/delivery/recorder.h"

namespace amana::delivery {
namespace {

// Not of the task's state, so not over with it.
bool OutlivesState(v1::QueueReason reason) {
  return reason == v1::QUEUE_REASON_RECALL_UNANSWERED ||
         reason == v1::QUEUE_REASON_HANDOVER_OVERDUE;
}

// A state may be left under the same clock: that a system has an offer is not that somebody read
// it, and a call is owed until the offer is decided.
bool GoesOn(v1::QueueReason reason, const store::TaskClock& now) {
  return reason == v1::QUEUE_REASON_NO_CALL ? now.call == store::CallState::kEscalated
                                            : now.reached >= v1::ESCALATION_LEVEL_COORDINATOR;
}

}  // namespace

absl::StatusOr<uint64_t> Recorder::Escalate(const store::TaskRecord& task, v1::QueueReason why,
                                            v1::Reason reason, bool alerted) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::QueueItem> open,
                         std::as_const(tx_).queue().OfTask(task.key));
  for (const store::QueueItem& each : open) {
    if (each.reason != why || each.offer_epoch != task.offer_epoch) continue;
    if (each.alerted || !alerted) return each.item;
    store::QueueItem raised = each;
    raised.alerted = true;
    AMANA_RETURN_IF_ERROR(tx_.queue().Move(raised));
    return raised.item;
  }
  events::Event event = NewEvent(v1::EVENT_KIND_TASK_ESCALATED);
  event.recipient = task.recipient;
  event.task = task.key.task;
  event.offer_epoch = task.offer_epoch;
  event.reason = reason;
  event.detail.assign(1, static_cast<char>(why));
  store::QueueItem item;
  AMANA_ASSIGN_OR_RETURN(item.item, Append(std::move(event)));
  item.task = task.key;
  item.offer_epoch = task.offer_epoch;
  item.reason = why;
  item.urgency = referral_.urgency;
  item.opened = now_;
  item.alerted = alerted;
  AMANA_RETURN_IF_ERROR(tx_.queue().Open(item));
  return item.item;
}

absl::Status Recorder::Alert(const store::TaskRecord& task, v1::Clock clock, v1::Reason reason) {
  events::Event event = NewEvent(v1::EVENT_KIND_TASK_ALERTED);
  event.recipient = task.recipient;
  event.task = task.key.task;
  event.offer_epoch = task.offer_epoch;
  event.reason = reason;
  event.detail.assign(1, static_cast<char>(clock));
  AMANA_RETURN_IF_ERROR(Append(std::move(event)).status());
  AMANA_ASSIGN_OR_RETURN(std::vector<store::QueueItem> open,
                         std::as_const(tx_).queue().OfTask(task.key));
  for (store::QueueItem& item : open) {
    if (item.alerted || OutlivesState(item.reason)) continue;
    item.alerted = true;
    AMANA_RETURN_IF_ERROR(tx_.queue().Move(item));
  }
  return absl::OkStatus();
}

absl::Status Recorder::CloseItem(const store::TaskRecord& task, v1::QueueReason reason) {
  AMANA_ASSIGN_OR_RETURN(std::vector<store::QueueItem> open,
                         std::as_const(tx_).queue().OfTask(task.key));
  for (store::QueueItem& item : open) {
    if (item.reason != reason || item.offer_epoch != task.offer_epoch) continue;
    item.closed = true;
    AMANA_RETURN_IF_ERROR(tx_.queue().Move(item));
  }
  return absl::OkStatus();
}

absl::Status Recorder::CloseItems(const store::TaskKey& task, const store::TaskClock& now) {
  AMANA_ASSIGN_OR_RETURN(std::vector<store::QueueItem> open,
                         std::as_const(tx_).queue().OfTask(task));
  for (store::QueueItem& item : open) {
    if (OutlivesState(item.reason) || GoesOn(item.reason, now)) continue;
    item.closed = true;
    AMANA_RETURN_IF_ERROR(tx_.queue().Move(item));
  }
  return absl::OkStatus();
}

// A recall that nobody answers is the coordinator's, until somebody does.
absl::Status Recorder::FollowRecall(const store::DeliveryRecord& delivery, v1::DeliveryState from) {
  const bool enters = delivery.state == v1::DELIVERY_STATE_RECALL_UNANSWERED;
  if (!enters && from != v1::DELIVERY_STATE_RECALL_UNANSWERED) return absl::OkStatus();
  if (enters) {
    store::TaskRecord task;
    task.key = delivery.key.task;
    task.recipient = delivery.recipient;
    task.offer_epoch = delivery.key.offer_epoch;
    return Escalate(task, v1::QUEUE_REASON_RECALL_UNANSWERED, v1::REASON_RECALL_SLA_MISSED, true)
        .status();
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::DeliveryRecord> all,
                         std::as_const(tx_).deliveries().OfTask(delivery.key.task));
  const bool others = std::any_of(all.begin(), all.end(), [&](const store::DeliveryRecord& each) {
    return each.key.offer_epoch == delivery.key.offer_epoch &&
           each.state == v1::DELIVERY_STATE_RECALL_UNANSWERED;
  });
  if (others) return absl::OkStatus();
  store::TaskRecord task;
  task.key = delivery.key.task;
  task.offer_epoch = delivery.key.offer_epoch;
  return CloseItem(task, v1::QUEUE_REASON_RECALL_UNANSWERED);
}

}  // namespace amana::delivery
