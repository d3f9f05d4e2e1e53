#include "tests/sim/live_watch.h"

#include <utility>

#include "absl/time/clock.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/log_watch.h"
#include "agency-adapters/sdk/notices.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"
#include "proto/transparency/checkpoint.h"
#include "tests/sim/live_coordinator.h"
#include "tests/support/log_check.h"

namespace amana::sim {
namespace {

constexpr size_t kAll = 1'000'000;
constexpr int kTries = 10;

}  // namespace

absl::StatusOr<std::unique_ptr<LiveWatch>> LiveWatch::Open(const LiveFolder& folder) {
  std::unique_ptr<LiveWatch> watch(new LiveWatch(folder));
  const auto open = [&](const std::string& endpoint) {
    return tests::Endpoint::Open(folder.agency_toml(endpoint),
                                 folder.path() + "/watch/" + endpoint);
  };
  AMANA_ASSIGN_OR_RETURN(watch->police_, open("police"));
  AMANA_ASSIGN_OR_RETURN(watch->secretariat_, open("secretariat"));
  AMANA_ASSIGN_OR_RETURN(watch->auditor_, open("auditor"));
  return watch;
}

absl::Status LiveWatch::ListReferrals() {
  v1::ListReferralsRequest request;
  request.set_page_size(200);
  do {
    AMANA_ASSIGN_OR_RETURN(const v1::ListReferralsResponse page,
                           police_->client().Call(sdk::kListReferrals, request));
    for (const v1::ReferralSummary& each : page.referrals()) {
      AMANA_ASSIGN_OR_RETURN(const StatementKey key, sdk::FromWire(each.referral(), "referral"));
      referrals_.insert(key);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::StatusOr<v1::GetTimelineResponse> LiveWatch::Timeline(const StatementKey& key) {
  v1::GetTimelineRequest request;
  *request.mutable_referral() = sdk::ToWire(key);
  return police_->client().Call(sdk::kGetTimeline, request);
}

absl::Status LiveWatch::Look() {
  AMANA_RETURN_IF_ERROR(ListReferrals());
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::QueueItem> items,
                         WholeQueue(secretariat_->client()));
  QueuedTasks queue;
  for (const v1::QueueItem& item : items) {
    AMANA_ASSIGN_OR_RETURN(const StatementKey key, sdk::FromWire(item.referral(), "referral"));
    queue.emplace(key, item.task());
  }
  size_t open = 0;
  for (const StatementKey& key : referrals_) {
    if (over_.contains(key)) continue;
    AMANA_ASSIGN_OR_RETURN(const v1::GetTimelineResponse timeline, Timeline(key));
    judge_.See(key, timeline, queue, absl::Now());
    if (IsOver(timeline)) {
      over_.insert(key);
    } else {
      ++open;
    }
  }
  v1::ListHandoversRequest under_way;
  under_way.set_page_size(200);
  under_way.set_open_only(true);
  AMANA_ASSIGN_OR_RETURN(const v1::ListHandoversResponse handovers,
                         police_->client().Call(sdk::kListHandovers, under_way));
  for (const v1::HandoverSummary& each : handovers.handovers()) {
    judge_.See(each, queue, absl::Now());
  }
  open_ = open + static_cast<size_t>(handovers.handovers_size());
  queued_ = items.size();
  ++looks_;
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> LiveWatch::LogSize() {
  AMANA_ASSIGN_OR_RETURN(const v1::GetCheckpointResponse newest,
                         police_->client().Call(sdk::kGetCheckpoint, v1::GetCheckpointRequest()));
  AMANA_ASSIGN_OR_RETURN(const auto opened, transparency::OpenCheckpoint(
                                                newest.checkpoint(), police_->identity().log()));
  return opened.checkpoint.size();
}

absl::Status LiveWatch::LookAtTheEnd(uint64_t until) {
  over_.clear();
  AMANA_RETURN_IF_ERROR(Look());
  tests::LogCheck log(*police_, *auditor_, folder_.path() + "/watch/mirror");
  log.on_event = [this](uint64_t index, const sdk::EventView& event) {
    tally_.Count(event);
    log_.emplace(index, event);
  };
  // Clocks run on: a task is looked at again until it is what the log, read before it, says.
  std::set<StatementKey> left = referrals_;
  for (int i = 1; i <= kTries && !left.empty(); ++i) {
    AMANA_RETURN_IF_ERROR(log.Verify());
    std::set<StatementKey> moved;
    for (const StatementKey& key : left) {
      AMANA_ASSIGN_OR_RETURN(const v1::GetTimelineResponse timeline, Timeline(key));
      for (const v1::TaskTimeline& task : timeline.tasks()) {
        const bool last = i == kTries;
        if (judge_.CompareState(key, task.status(), log_, last) || last) {
          ++ends_[v1::TaskState_Name(task.status().state())];
        } else {
          moved.insert(key);
        }
      }
    }
    left = std::move(moved);
  }
  doubled_ = log.doubled();
  AMANA_RETURN_IF_ERROR(CompareCustody());
  return CompareSender(until);
}

absl::Status LiveWatch::CompareCustody() {
  std::map<StatementKey, std::string> persons;
  std::map<StatementKey, Address> responsible;
  for (const StatementKey& key : referrals_) {
    v1::GetCustodyRequest request;
    *request.mutable_referral() = sdk::ToWire(key);
    AMANA_ASSIGN_OR_RETURN(const v1::GetCustodyResponse custody,
                           police_->client().Call(sdk::kGetCustody, request));
    persons[key] = custody.subject_pseudonym();
    responsible[key] = sdk::FromWire(custody.responsible(), "responsible").value_or(Address());
  }
  std::map<std::string, std::vector<Address>> transfers;  // of a person, in their order
  for (const auto& [index, event] : log_) {
    if (event.kind != v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED) continue;
    transfers[persons[*event.referral]].push_back(event.recipient.value_or(Address()));
    ++transferred_;
  }
  for (const auto& [key, person] : persons) {
    judge_.CompareCustody(key, responsible[key], transfers[person]);
  }
  return absl::OkStatus();
}

absl::Status LiveWatch::CompareSender(uint64_t until) {
  const sdk::Identity& identity = police_->identity();
  AMANA_ASSIGN_OR_RETURN(const auto mailbox, sdk::Mailbox::Open(identity.data()));
  sdk::NoticeBox box(identity, police_->client(), *mailbox);
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::NoticeItem> inbox, box.List(std::nullopt, kAll));
  notices_ = inbox.size();
  judge_.CompareNotices(log_, inbox, until);
  sdk::Outbox outbox(*mailbox);
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::OutboxEntry> entries,
                         outbox.List(sdk::EntryState::kAccepted, kAll));
  for (const sdk::OutboxEntry& entry : entries) {
    if (entry.kind != sdk::EntryKind::kSubmission || !entry.referral.has_value()) continue;
    if (!referrals_.contains(*entry.referral)) judge_.Lost(*entry.referral);
  }
  return absl::OkStatus();
}

}  // namespace amana::sim
