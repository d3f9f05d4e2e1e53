#include "broker/audit/referral_check.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "broker/audit/state_check.h"
#include "broker/events/update_detail.h"
#include "broker/store/errors.h"

namespace amana::audit {
namespace {

constexpr size_t kAtOnce = 500;

std::string Name(const store::DeliveryKey& key) {
  return absl::StrCat("task ", key.task.task, " offer ", key.offer_epoch, " stage ",
                      static_cast<int>(key.stage), " update ", key.update);
}

}  // namespace

ReferralCheck::ReferralCheck(const store::Snapshot& snapshot, const StatementKey& key,
                             uint64_t index, Findings& findings)
    : snapshot_(snapshot), key_(key), index_(index), findings_(findings) {}

void ReferralCheck::Find(std::string_view name, const std::string& what) {
  findings_.Add(name, absl::StrCat("referral of event ", index_, what.empty() ? "" : ", ", what));
}

absl::Status ReferralCheck::Note(const absl::Status& status, const std::string& what) {
  if (!absl::IsDataLoss(status)) return status;
  Find("ROW_DAMAGED", what);
  return absl::OkStatus();
}

absl::Status ReferralCheck::Run() {
  const auto record = snapshot_.referrals().Find(key_);
  if (!record.ok()) return Note(record.status(), "its record");
  if (!record->has_value() || (*record)->log_index != index_) {
    Find("REFERRAL_MISSING");
    return absl::OkStatus();
  }
  AMANA_RETURN_IF_ERROR(ReplayEvents());
  AMANA_RETURN_IF_ERROR(CompareTasks());
  AMANA_RETURN_IF_ERROR(CheckBody());
  return CheckRest();
}

// What is damaged in the log itself is found by CheckEvents; here the rest of the referral's events
// cannot be told from it.
absl::Status ReferralCheck::ReplayEvents() {
  for (uint64_t first = 0;;) {
    const auto events = snapshot_.log().EventsOf(key_.referral, first, kAtOnce);
    if (!events.ok()) return Note(events.status(), "its events");
    for (const store::StoredEvent& each : *events) Replay(each);
    if (events->size() < kAtOnce) return absl::OkStatus();
    first = events->back().index + 1;
  }
}

void ReferralCheck::Replay(const store::StoredEvent& stored) {
  const events::Event& event = stored.event;
  if (event.referral != key_) return;  // another version, or another's under the same id
  erased_ = erased_ || event.kind == v1::EVENT_KIND_REFERRAL_ERASED;
  if (!event.task.has_value()) return;
  if (const auto state = TaskStateEntered(event.kind)) task_states_[*event.task] = *state;
  if (const auto state = DeliveryStateEntered(event.kind)) {
    const store::DeliveryKey key{
        {key_, *event.task}, event.offer_epoch, event.stage, events::UpdateOf(event)};
    Delivered& delivered = delivered_[key];
    delivered.state = *state;
    delivered.leased = delivered.leased || *state == v1::DELIVERY_STATE_LEASED;
  }
}

absl::Status ReferralCheck::CompareTasks() {
  const auto tasks = snapshot_.referrals().Tasks(key_);
  if (!tasks.ok()) return Note(tasks.status(), "its tasks");
  for (const store::TaskRecord& task : *tasks) {
    ++tasks_;
    const auto said = task_states_.find(task.key.task);
    if (said == task_states_.end() || said->second != task.state) {
      Find("TASK_STATE", absl::StrCat("task ", task.key.task));
    }
    if (said != task_states_.end()) task_states_.erase(said);
    AMANA_RETURN_IF_ERROR(CompareDeliveries(task.key));
  }
  for (const auto& [task, state] : task_states_) {
    Find("TASK_MISSING", absl::StrCat("task ", task));
  }
  for (const auto& [key, delivered] : delivered_) {
    if (!delivered.found) Find("DELIVERY_MISSING", Name(key));
  }
  return absl::OkStatus();
}

// One that no event speaks of was queued with its task, and nothing more.
absl::Status ReferralCheck::CompareDeliveries(const store::TaskKey& task) {
  const auto deliveries = snapshot_.deliveries().OfTask(task);
  if (!deliveries.ok()) {
    for (auto& [key, delivered] : delivered_) delivered.found |= key.task == task;
    return Note(deliveries.status(), absl::StrCat("deliveries of task ", task.task));
  }
  for (const store::DeliveryRecord& delivery : *deliveries) {
    ++deliveries_;
    Delivered& said = delivered_[delivery.key];
    said.found = true;
    if (said.state != delivery.state) Find("DELIVERY_STATE", Name(delivery.key));
    if (said.leased != delivery.disclosed) Find("DELIVERY_DISCLOSED", Name(delivery.key));
  }
  return absl::OkStatus();
}

absl::Status ReferralCheck::CheckBody() {
  absl::Status body = snapshot_.referrals().ReadBody(key_).status();
  if (store::IsErased(body)) {
    if (!erased_) Find("ERASED_WITHOUT_EVENT");
  } else if (erased_) {
    Find("ERASURE_NOT_DONE", "its body");
  } else if (absl::IsDataLoss(body)) {
    Find("BODY_UNREADABLE");
  } else {
    return body;
  }
  return absl::OkStatus();
}

// Whatever else is kept with it: that it can be read, and that an erasure took it too.
absl::Status ReferralCheck::CheckRest() {
  const store::Referrals& referrals = snapshot_.referrals();
  const auto grantees = referrals.Grantees(key_);
  if (!grantees.ok()) return Note(grantees.status(), "its grants");
  if (erased_ && !grantees->empty()) Find("ERASURE_NOT_DONE", "a grant");
  for (const store::Grantee& each : *grantees) {
    AMANA_RETURN_IF_ERROR(Note(referrals.FindGrant(key_, each.recipient_cert).status(), "a grant"));
  }
  AMANA_ASSIGN_OR_RETURN(const uint32_t updates, referrals.LastUpdate(key_));
  for (uint32_t number = 1; number <= updates; ++number) {
    const auto update = referrals.FindUpdate(key_, number);
    AMANA_RETURN_IF_ERROR(Note(update.status(), absl::StrCat("update ", number)));
    if (erased_ && update.ok() && update->has_value()) Find("ERASURE_NOT_DONE", "an update");
  }
  AMANA_RETURN_IF_ERROR(Note(snapshot_.grounds().Of(key_).status(), "its grounds"));
  AMANA_RETURN_IF_ERROR(
      Note(snapshot_.erasures().IsHeld(key_.sender, key_.referral).status(), "a legal hold"));
  for (uint32_t task = 0; task < tasks_; ++task) {
    AMANA_RETURN_IF_ERROR(
        Note(snapshot_.offers().PastOffers({key_, task}).status(), "its past offers"));
    AMANA_RETURN_IF_ERROR(Note(snapshot_.queue().OfTask({key_, task}).status(), "its queue"));
  }
  return absl::OkStatus();
}

}  // namespace amana::audit
