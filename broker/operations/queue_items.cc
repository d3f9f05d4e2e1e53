#include "broker/operations/queue_items.h"

#include <optional>
#include <utility>
#include <vector>

#include "amana/v1/referral.pb.h"
#include "base/clock.h"
#include "broker/delivery/candidates.h"
#include "broker/delivery/wire.h"
#include "broker/store/errors.h"

namespace amana::operations {
namespace {

absl::Status AddTask(const store::Snapshot& snapshot, const store::QueueItem& item,
                     v1::QueueItem& out) {
  const absl::StatusOr<std::vector<store::TaskRecord>> tasks =
      snapshot.referrals().Tasks(item.task.referral);
  if (absl::IsDataLoss(tasks.status())) return absl::OkStatus();
  if (!tasks.ok()) return tasks.status();
  if (item.task.task >= tasks->size()) return absl::OkStatus();
  const store::TaskRecord& task = (*tasks)[item.task.task];
  out.set_service(task.service);
  out.set_state(task.state);
  out.set_missing(task.missing);
  if (task.recipient.has_value()) *out.mutable_recipient() = delivery::ToWire(*task.recipient);
  return absl::OkStatus();
}

absl::Status AddRequest(const store::Snapshot& snapshot, const store::QueueItem& item,
                        v1::QueueItem& out) {
  const absl::StatusOr<std::optional<store::ReferralRecord>> referral =
      snapshot.referrals().Find(item.task.referral);
  if (absl::IsDataLoss(referral.status())) return absl::OkStatus();
  if (!referral.ok()) return referral.status();
  if (!referral->has_value()) return absl::OkStatus();
  out.set_expires_unix_ms(ToUnixMillis((*referral)->expires));
  out.set_test((*referral)->test);
  if (!(*referral)->group.is_zero()) out.set_group_id((*referral)->group.bytes());
  if (!(*referral)->family.is_zero()) out.set_family_id((*referral)->family.bytes());
  const absl::StatusOr<delivery::OfferedFrom> from = delivery::LoadOffered(snapshot, **referral);
  if (store::IsErased(from.status()) || absl::IsDataLoss(from.status())) return absl::OkStatus();
  if (!from.ok()) return from.status();
  if (item.task.task >= static_cast<uint32_t>(from->header.services_size())) {
    return absl::OkStatus();
  }
  const v1::ServiceRequest& service = from->header.services(static_cast<int>(item.task.task));
  if (service.has_route()) *out.mutable_route() = service.route();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::QueueItem> ShowItem(const store::Snapshot& snapshot,
                                       const store::QueueItem& item) {
  v1::QueueItem out;
  out.set_item(item.item);
  *out.mutable_referral() = delivery::ToWire(item.task.referral);
  out.set_task(item.task.task);
  out.set_reason(item.reason);
  out.set_alerted(item.alerted);
  out.set_since_unix_ms(ToUnixMillis(item.opened));
  out.set_urgency(item.urgency);
  out.set_offer_epoch(item.offer_epoch);
  if (item.assigned != Address()) *out.mutable_assigned_unit() = delivery::ToWire(item.assigned);
  out.set_assignee(item.assignee.value());
  AMANA_RETURN_IF_ERROR(AddTask(snapshot, item, out));
  AMANA_RETURN_IF_ERROR(AddRequest(snapshot, item, out));
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::QueueNoteRecord> notes,
                         snapshot.queue().Notes(item.item));
  for (const store::QueueNoteRecord& note : notes) {
    v1::QueueNote& shown = *out.add_notes();
    shown.set_at_unix_ms(ToUnixMillis(note.at));
    shown.set_annotation(note.annotation);
    shown.set_by_person(note.by.person.value());
  }
  return out;
}

}  // namespace amana::operations
