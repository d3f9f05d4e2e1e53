#include "tests/sim/live_coordinator.h"

#include <utility>

#include "absl/time/clock.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"
#include "tests/sim/live_pace.h"

namespace amana::sim {
namespace {

// As long as there is somebody to ask and time to wait for them.
constexpr absl::Duration kGivesUpAfter = absl::Hours(8);
constexpr absl::Duration kLooksAgainAfter = absl::Hours(2);

}  // namespace

absl::StatusOr<std::vector<v1::QueueItem>> WholeQueue(sdk::Client& client) {
  std::vector<v1::QueueItem> all;
  v1::ListQueueRequest request;
  request.set_page_size(200);
  do {
    AMANA_ASSIGN_OR_RETURN(const v1::ListQueueResponse page, client.Call(sdk::kListQueue, request));
    all.insert(all.end(), page.items().begin(), page.items().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<std::unique_ptr<LiveCoordinator>> LiveCoordinator::Open(
    const LiveFolder& folder, uint64_t seed, std::vector<std::string> shelters) {
  AMANA_ASSIGN_OR_RETURN(auto endpoint, tests::Endpoint::Open(folder.agency_toml("secretariat")));
  return std::unique_ptr<LiveCoordinator>(
      new LiveCoordinator(std::move(endpoint), Phone(folder), seed, std::move(shelters)));
}

LiveCoordinator::LiveCoordinator(std::unique_ptr<tests::Endpoint> endpoint, Phone phone,
                                 uint64_t seed, std::vector<std::string> shelters)
    : endpoint_(std::move(endpoint)),
      phone_(std::move(phone)),
      shelters_(std::move(shelters)),
      coordination_(endpoint_->identity(), endpoint_->mailbox(), tests::RealClock()),
      chance_(seed) {}

absl::Status LiveCoordinator::Look() {
  const absl::StatusOr<std::vector<v1::QueueItem>> queue = WholeQueue(endpoint_->client());
  if (!queue.ok()) {
    return Passes(queue.status()) ? absl::OkStatus() : queue.status();
  }
  for (const v1::QueueItem& item : *queue) {
    const auto [seen, first] = looked_.try_emplace(item.item(), absl::Now());
    if (!first) {
      if (seen->second + AtPace(kLooksAgainAfter) > absl::Now()) continue;
      seen->second = absl::Now();
    }
    AMANA_RETURN_IF_ERROR(Act(item));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> LiveCoordinator::Do(const v1::QueueItem& item, v1::CoordinatorActKind kind,
                                         const Edit& edit) {
  v1::CoordinatorAct act;
  act.set_item(item.item());
  *act.mutable_referral() = item.referral();
  act.set_task(item.task());
  act.set_kind(kind);
  if (edit) edit(act);
  AMANA_ASSIGN_OR_RETURN(const int64_t entry, coordination_.Act(std::move(act)));
  AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry sent, endpoint_->sender().Send(entry));
  return sent.state == sdk::EntryState::kAccepted;
}

absl::Status LiveCoordinator::Act(const v1::QueueItem& item) {
  if (item.assignee().empty()) {
    // What an act before it has closed meanwhile is refused, here and below.
    AMANA_ASSIGN_OR_RETURN(const bool taken,
                           Do(item, v1::COORDINATOR_ACT_KIND_ASSIGN,
                              [](v1::CoordinatorAct& act) { act.set_assignee("coordinator-1"); }));
    if (!taken) return absl::OkStatus();
  }
  switch (item.reason()) {
    case v1::QUEUE_REASON_NOT_WRAPPED:
    case v1::QUEUE_REASON_NO_CONSENT:
    case v1::QUEUE_REASON_NO_CALL:
      return PhonePolice(item);
    case v1::QUEUE_REASON_NOT_ANSWERED:
    case v1::QUEUE_REASON_RECALL_UNANSWERED:
      return PhoneShelter(item);
    case v1::QUEUE_REASON_NOT_ACKNOWLEDGED:
    case v1::QUEUE_REASON_NOT_DECIDED:
    case v1::QUEUE_REASON_NOT_STARTED: {
      if (chance_.Percent(50)) return PhoneShelter(item);
      AMANA_ASSIGN_OR_RETURN(const bool named, NameAnother(item));
      return named ? absl::OkStatus() : PhoneShelter(item);
    }
    case v1::QUEUE_REASON_HANDOVER_OVERDUE:
      // It leaves the queue when it goes on, or is over.
      AMANA_RETURN_IF_ERROR(PhonePolice(item));
      return PhoneShelter(item);
    case v1::QUEUE_REASON_EXPIRED:
      return Close(item, v1::REASON_NO_LONGER_NEEDED);
    default:
      return GiveUp(item);
  }
}

// Unserved: UNROUTABLE, REJECTED, FAILED.
absl::Status LiveCoordinator::GiveUp(const v1::QueueItem& item) {
  AMANA_ASSIGN_OR_RETURN(const bool named, NameAnother(item));
  if (named) return absl::OkStatus();
  const absl::Time since = absl::FromUnixMillis(item.since_unix_ms());
  if (item.reason() != v1::QUEUE_REASON_UNROUTABLE || absl::Now() - since > AtPace(kGivesUpAfter)) {
    return Close(item, v1::REASON_NO_LONGER_NEEDED);
  }
  if (!item.notes().empty()) return absl::OkStatus();
  return Do(item, v1::COORDINATOR_ACT_KIND_ANNOTATE,
            [](v1::CoordinatorAct& act) { act.set_annotation(v1::ANNOTATION_AWAITING_CAPACITY); })
      .status();
}

absl::Status LiveCoordinator::PhonePolice(const v1::QueueItem& item) {
  AMANA_ASSIGN_OR_RETURN(const StatementKey about, sdk::FromWire(item.referral(), "referral"));
  return phone_.Call("police", about);
}

absl::Status LiveCoordinator::PhoneShelter(const v1::QueueItem& item) {
  AMANA_ASSIGN_OR_RETURN(const StatementKey about, sdk::FromWire(item.referral(), "referral"));
  if (item.has_recipient()) {
    AMANA_RETURN_IF_ERROR(phone_.Call(item.recipient().agency(), about));
  }
  // That a copy was not confirmed to be deleted ends with the answer, or with the coordinator.
  if (item.reason() != v1::QUEUE_REASON_RECALL_UNANSWERED) return absl::OkStatus();
  return Close(item, v1::REASON_SUPERSEDED);
}

absl::StatusOr<bool> LiveCoordinator::NameAnother(const v1::QueueItem& item) {
  for (int i = 0; i < 3; ++i) {
    const std::string& shelter = chance_.OneOf(shelters_);
    AMANA_ASSIGN_OR_RETURN(const bool named,
                           Do(item, v1::COORDINATOR_ACT_KIND_NAME, [&](v1::CoordinatorAct& act) {
                             act.mutable_recipient()->set_agency(shelter);
                             act.mutable_recipient()->set_unit("intake");
                           }));
    if (!named) continue;
    ++named_;
    return true;
  }
  // Or whoever the broker finds now.
  AMANA_ASSIGN_OR_RETURN(const bool found, Do(item, v1::COORDINATOR_ACT_KIND_NAME));
  named_ += found ? 1 : 0;
  return found;
}

absl::Status LiveCoordinator::Close(const v1::QueueItem& item, v1::Reason reason) {
  AMANA_ASSIGN_OR_RETURN(const bool closed,
                         Do(item, v1::COORDINATOR_ACT_KIND_CLOSE,
                            [&](v1::CoordinatorAct& act) { act.set_reason(reason); }));
  closed_ += closed ? 1 : 0;
  return absl::OkStatus();
}

}  // namespace amana::sim
