#include "tests/sim/live_judge.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "agency-adapters/sdk/keys.h"
#include "broker/referral/handover_machine.h"
#include "broker/referral/task_machine.h"
#include "tests/sim/live_pace.h"
#include "tests/sim/states.h"

namespace amana::sim {
namespace {

constexpr size_t kMostExplained = 20;
// The broker may be starting just then.
constexpr absl::Duration kGrace = absl::Seconds(3);

// Rules 6 to 8: the consent was withdrawn, whatever else was wrong with it.
bool SaysNo(const v1::TaskStatus& task) {
  return std::any_of(task.consent_rules().begin(), task.consent_rules().end(),
                     [](uint32_t rule) { return rule >= 6 && rule <= 8; });
}

bool IsOpen(v1::DeliveryState state) {
  switch (state) {
    case v1::DELIVERY_STATE_QUEUED:
    case v1::DELIVERY_STATE_LEASED:
    case v1::DELIVERY_STATE_SENT:
    case v1::DELIVERY_STATE_RETRY_WAIT:
    case v1::DELIVERY_STATE_NATIVE_NACKED:
    case v1::DELIVERY_STATE_RECALL_SENT:
      return true;
    default:
      return false;
  }
}

bool IsAbout(const sdk::EventView& event, const StatementKey& key, uint32_t task) {
  return event.referral == key && event.task.value_or(0) == task &&
         TaskStateOf(event.kind) != v1::TASK_STATE_UNSPECIFIED;
}

}  // namespace

std::string WhyStuck(const v1::TaskTimeline& task, bool in_queue, absl::Time expires,
                     absl::Time now) {
  const v1::TaskStatus& status = task.status();
  if (referral::IsTerminal(status.state())) return "";
  if (task.next().at_unix_ms() != 0) {
    const bool passed = absl::FromUnixMillis(task.next().at_unix_ms()) + kGrace < now;
    return passed ? "its time passed unnoticed" : "";
  }
  if (in_queue) return "";
  // Care has no deadline: whoever gives it reports its end.
  if (status.state() == v1::TASK_STATE_IN_PROGRESS && status.has_recipient()) return "";
  // Nobody is pressed about a no: it waits for the referral's own time, which ends it.
  if (status.state() == v1::TASK_STATE_BLOCKED_CONSENT && SaysNo(status) &&
      expires + kGrace >= now) {
    return "";
  }
  return absl::StrCat(v1::TaskState_Name(status.state()), " epoch ", status.offer_epoch(), ", ",
                      v1::Reason_Name(status.reason()), ", no clock, and nobody has it");
}

std::string WhyStuck(const v1::HandoverSummary& handover, bool in_queue, absl::Time now) {
  if (!referral::IsUnderWay(handover.state()) || in_queue) return "";
  // A reminder, then the coordinator: so long after its window, or after the last step.
  const absl::Time last =
      absl::FromUnixMillis(std::max(handover.window().until_unix_ms(), handover.changed_unix_ms()));
  if (now < last + 2 * kHandoverGrace + kGrace) return "";
  return absl::StrCat("handover ", handover.handover().attempt(), ", ",
                      v1::HandoverState_Name(handover.state()),
                      ", stands still, and nobody has it");
}

bool IsOver(const v1::GetTimelineResponse& timeline) {
  return std::all_of(
      timeline.tasks().begin(), timeline.tasks().end(), [](const v1::TaskTimeline& task) {
        const auto& deliveries = task.status().deliveries();
        return referral::IsTerminal(task.status().state()) &&
               std::none_of(deliveries.begin(), deliveries.end(),
                            [](const v1::DeliveryStatus& each) { return IsOpen(each.state()); });
      });
}

void LiveJudge::Blame(std::set<StatementKey>& whom, const char* what, const StatementKey& key,
                      const std::string& why) {
  if (!whom.insert(key).second || whom.size() > kMostExplained) return;
  std::fprintf(stderr, "%s: %s: %s\n", what, sdk::ToString(key).c_str(), why.c_str());
}

void LiveJudge::See(const StatementKey& key, const v1::GetTimelineResponse& timeline,
                    const QueuedTasks& queue, absl::Time now) {
  const absl::StatusOr<Address> responsible = sdk::FromWire(timeline.responsible(), "responsible");
  if (responsible.ok()) {
    responsible_[key].insert(*responsible);
  } else {
    Blame(without_, "without responsible", key, "nobody is");
  }
  const absl::Time expires = absl::FromUnixMillis(timeline.summary().expires_unix_ms());
  for (const v1::TaskTimeline& task : timeline.tasks()) {
    const uint32_t number = task.status().task();
    Weigh({key, number, 0}, WhyStuck(task, queue.contains({key, number}), expires, now));
  }
}

void LiveJudge::See(const v1::HandoverSummary& handover, const QueuedTasks& queue, absl::Time now) {
  const absl::StatusOr<StatementKey> key =
      sdk::FromWire(handover.handover().referral(), "referral");
  if (!key.ok()) return;
  const uint32_t task = handover.handover().task();
  Weigh({*key, task, handover.handover().attempt()},
        WhyStuck(handover, queue.contains({*key, task}), now));
}

void LiveJudge::Weigh(const Suspect& id, const std::string& why) {
  if (why.empty()) {
    suspicions_.erase(id);
    return;
  }
  Suspicion& suspicion = suspicions_[id];
  suspicion.looks = suspicion.why == why ? suspicion.looks + 1 : 1;
  suspicion.why = why;
  if (suspicion.looks >= kLooks) Blame(stuck_, "stuck", std::get<0>(id), why);
}

bool LiveJudge::Suspects() const {
  return std::any_of(suspicions_.begin(), suspicions_.end(),
                     [](const auto& each) { return each.second.looks < kLooks; });
}

void LiveJudge::Lost(const StatementKey& key) {
  Blame(without_, "without responsible", key, "it was acknowledged, and is not there");
}

void LiveJudge::CompareNotices(const std::map<uint64_t, sdk::EventView>& log,
                               const std::vector<sdk::NoticeItem>& inbox, uint64_t until) {
  std::map<uint64_t, v1::EventKind> told;
  for (const sdk::NoticeItem& notice : inbox) told[notice.index] = notice.event.kind;
  for (const auto& [index, event] : log) {
    if (index >= until || !event.referral.has_value()) continue;
    const auto found = told.find(index);
    if (found != told.end() && found->second == event.kind) continue;
    Blame(uninformed_, "uninformed", *event.referral,
          absl::StrCat("not told of ", index, ", ", v1::EventKind_Name(event.kind)));
  }
}

void LiveJudge::CompareCustody(const StatementKey& key, const Address& now,
                               const std::vector<Address>& transfers) {
  static const Address kSender = *ParseAddress("police/desk", "unit");
  const Address& last = transfers.empty() ? kSender : transfers.back();
  if (now != last) {
    Blame(without_, "without responsible", key,
          absl::StrCat(ToString(now), " is, and ", ToString(last), " has signed"));
  }
  for (const Address& each : responsible_[key]) {
    if (each == kSender || std::find(transfers.begin(), transfers.end(), each) != transfers.end()) {
      continue;
    }
    Blame(without_, "without responsible", key, ToString(each) + " was, and has not signed");
  }
}

bool LiveJudge::CompareState(const StatementKey& key, const v1::TaskStatus& told,
                             const std::map<uint64_t, sdk::EventView>& log, bool for_good) {
  const auto last = std::find_if(log.rbegin(), log.rend(), [&](const auto& each) {
    return IsAbout(each.second, key, told.task());
  });
  if (last != log.rend() && TaskStateOf(last->second.kind) == told.state() &&
      last->second.offer_epoch == told.offer_epoch()) {
    return true;
  }
  if (for_good)
    Blame(uninformed_, "uninformed", key,
          absl::StrCat(v1::TaskState_Name(told.state()), " ", told.offer_epoch(), ", by the log ",
                       last == log.rend() ? "nothing" : v1::EventKind_Name(last->second.kind)));
  return false;
}

}  // namespace amana::sim
