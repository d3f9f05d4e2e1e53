#include "broker/operations/get_timeline.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "broker/delivery/clocks.h"
#include "broker/delivery/family.h"
#include "broker/delivery/wire.h"
#include "broker/operations/errors.h"
#include "broker/operations/offer_statement.h"
#include "broker/operations/task_status.h"

namespace amana::operations {
namespace {

enum class Reader { kSender, kRecipient, kCoordinator };

absl::StatusOr<v1::NextStep> NextOf(const store::Snapshot& snapshot,
                                    const store::ReferralRecord& referral,
                                    const store::TaskRecord& task) {
  v1::NextStep next;
  next.set_reached(task.clock.reached);
  next.set_call_owed(task.clock.call != store::CallState::kNone);
  if (task.clock.due == absl::InfiniteFuture()) return next;
  const std::optional<referral::Rung> rung = delivery::NextRungOf(snapshot, task, referral.urgency);
  if (!rung.has_value()) return next;
  next.set_clock(rung->clock);
  next.set_at_unix_ms(ToUnixMillis(rung->at));
  next.set_level(rung->level);
  AMANA_ASSIGN_OR_RETURN(const bool together, delivery::IsKeptTogether(snapshot, referral, task));
  next.set_reroute(rung->reroute && !together);
  return next;
}

absl::Status AddPastOffers(const store::Snapshot& snapshot, const store::TaskKey& task,
                           v1::TaskTimeline& out) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::OfferRecord> past,
                         snapshot.offers().PastOffers(task));
  for (const store::OfferRecord& offer : past) {
    v1::PastOffer& shown = *out.add_past_offers();
    shown.set_offer_epoch(offer.offer_epoch);
    *shown.mutable_recipient() = delivery::ToWire(offer.recipient);
    shown.set_state(offer.state);
    shown.set_reason(offer.reason);
    if (offer.offered != absl::InfinitePast()) {
      shown.set_offered_unix_ms(ToUnixMillis(offer.offered));
    }
    shown.set_ended_unix_ms(ToUnixMillis(offer.ended));
  }
  return absl::OkStatus();
}

bool OwesItself(const v1::NextStep& next) {
  return referral::DebtorOf(next.clock()) == referral::Debtor::kRecipient;
}

// Told to the sender and to who is responsible, as GetCustody does.
absl::Status AddResponsible(const store::Snapshot& snapshot, const store::ReferralRecord& referral,
                            const AgencyId& caller, v1::GetTimelineResponse& response) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::CustodyRecord> custody,
                         snapshot.custodies().Find(referral.subject));
  if (!custody.has_value()) return absl::OkStatus();
  const Address& responsible = custody->responsible;
  if (responsible.agency == caller || referral.key.sender == caller) {
    *response.mutable_responsible() = delivery::ToWire(responsible);
  }
  return absl::OkStatus();
}

// What a coordinator may see of the referral: the tasks that are in the queue.
absl::StatusOr<std::vector<v1::TaskStatus>> QueuedTasks(
    const store::Snapshot& snapshot, const std::vector<store::TaskRecord>& tasks) {
  std::vector<v1::TaskStatus> out;
  for (const store::TaskRecord& task : tasks) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::QueueItem> items,
                           snapshot.queue().OfTask(task.key));
    if (!items.empty()) out.push_back(CoordinatorStatus(task));
  }
  return out;
}

}  // namespace

absl::StatusOr<v1::GetTimelineResponse> GetTimeline(const Context& context,
                                                    const identity::Caller& caller,
                                                    const v1::GetTimelineRequest& request) {
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         delivery::FromWire(request.referral(), "referral"));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         snapshot->referrals().Find(key));
  if (!referral.has_value()) return NotFound("referral");
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                         snapshot->referrals().Tasks(key));
  Reader reader = key.sender == caller.agency ? Reader::kSender : Reader::kRecipient;
  AMANA_ASSIGN_OR_RETURN(std::vector<v1::TaskStatus> visible, TaskStatuses(*snapshot, key, caller));
  if (visible.empty() && IsCoordinator(context.Now(), caller)) {
    reader = Reader::kCoordinator;
    AMANA_ASSIGN_OR_RETURN(visible, QueuedTasks(*snapshot, tasks));
  }
  if (visible.empty()) return NotFound("referral");
  v1::GetTimelineResponse response;
  *response.mutable_summary() = Summarise(*referral, visible);
  AMANA_RETURN_IF_ERROR(AddResponsible(*snapshot, *referral, caller.agency, response));
  for (v1::TaskStatus& status : visible) {
    const store::TaskRecord& task = tasks[status.task()];
    v1::TaskTimeline& out = *response.add_tasks();
    *out.mutable_status() = std::move(status);
    AMANA_ASSIGN_OR_RETURN(const v1::NextStep next, NextOf(*snapshot, *referral, task));
    if (reader != Reader::kRecipient || OwesItself(next)) *out.mutable_next() = next;
    if (reader == Reader::kRecipient) continue;
    AMANA_RETURN_IF_ERROR(AddPastOffers(*snapshot, task.key, out));
  }
  return response;
}

}  // namespace amana::operations
