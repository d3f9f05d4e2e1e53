#include "broker/operations/task_status.h"

#include <utility>

#include "base/clock.h"
#include "broker/delivery/wire.h"
#include "broker/referral/task_machine.h"

namespace amana::operations {
namespace {

v1::TaskStatus StatusOf(const store::TaskRecord& task,
                        const std::vector<store::DeliveryRecord>& deliveries, bool sender) {
  v1::TaskStatus out;
  out.set_task(task.key.task);
  out.set_service(task.service);
  if (task.recipient.has_value()) *out.mutable_recipient() = delivery::ToWire(*task.recipient);
  out.set_state(task.state);
  out.set_reason(task.reason);
  out.set_offer_epoch(task.offer_epoch);
  if (sender) {
    out.mutable_consent_rules()->Add(task.consent_rules.begin(), task.consent_rules.end());
    for (const v1::Category category : task.withheld) out.add_withheld(category);
    out.set_missing(task.missing);
  }
  for (const store::DeliveryRecord& delivery : deliveries) {
    if (!sender && !delivery.disclosed) continue;
    v1::DeliveryStatus& status = *out.add_deliveries();
    status.set_stage(delivery.key.stage);
    status.set_update(delivery.key.update);
    status.set_state(delivery.state);
    status.set_reason(delivery.reason);
    status.set_attempts(delivery.attempts);
    status.set_disclosed(delivery.disclosed);
    status.set_changed_unix_ms(ToUnixMillis(delivery.changed));
  }
  return out;
}

}  // namespace

v1::TaskStatus SenderStatus(const store::TaskRecord& task) { return StatusOf(task, {}, true); }

v1::TaskStatus CoordinatorStatus(const store::TaskRecord& task) {
  v1::TaskStatus out = StatusOf(task, {}, false);
  out.set_missing(task.missing);
  return out;
}

absl::StatusOr<std::vector<v1::TaskStatus>> SenderStatuses(const store::Snapshot& snapshot,
                                                           const StatementKey& key) {
  identity::Caller sender;
  sender.agency = key.sender;
  return TaskStatuses(snapshot, key, sender);
}

absl::StatusOr<std::vector<v1::TaskStatus>> TaskStatuses(const store::Snapshot& snapshot,
                                                         const StatementKey& key,
                                                         const identity::Caller& caller) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                         snapshot.referrals().Tasks(key));
  const bool sender = key.sender == caller.agency;
  std::vector<v1::TaskStatus> out;
  for (const store::TaskRecord& task : tasks) {
    if (!sender && (!task.recipient.has_value() || !caller.ActsFor(*task.recipient))) continue;
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::DeliveryRecord> deliveries,
                           snapshot.deliveries().OfTask(task.key));
    bool disclosed = false;
    for (const store::DeliveryRecord& delivery : deliveries) disclosed |= delivery.disclosed;
    if (!sender && !disclosed) continue;  // it must not learn what it was not given
    out.push_back(StatusOf(task, deliveries, sender));
  }
  return out;
}

v1::ReferralSummary Summarise(const store::ReferralRecord& referral,
                              const std::vector<v1::TaskStatus>& visible) {
  std::vector<v1::TaskState> states;
  states.reserve(visible.size());
  for (const v1::TaskStatus& task : visible) states.push_back(task.state());
  v1::ReferralSummary out;
  *out.mutable_referral() = delivery::ToWire(referral.key);
  out.set_state(referral::DeriveReferralState(states));
  out.set_urgency(referral.urgency);
  out.set_accepted_unix_ms(ToUnixMillis(referral.accepted));
  out.set_expires_unix_ms(ToUnixMillis(referral.expires));
  out.set_header_digest(referral.header_digest.bytes());
  out.set_log_index(referral.log_index);
  out.set_test(referral.test);
  if (!referral.group.is_zero()) out.set_group_id(referral.group.bytes());
  if (!referral.family.is_zero()) out.set_family_id(referral.family.bytes());
  return out;
}

}  // namespace amana::operations
