#include "tests/sim/tally.h"

#include <algorithm>
#include <string_view>

#include "amana/v1/offer.pb.h"

namespace amana::sim {
namespace {

std::string Without(std::string_view prefix, const std::string& name) {
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

int FirstOf(const std::string& detail) {
  return detail.empty() ? 0 : static_cast<unsigned char>(detail[0]);
}

}  // namespace

void Tally::Count(const sdk::EventView& view) {
  ++kinds_[Without("EVENT_KIND_", v1::EventKind_Name(view.kind))];
  if (!view.referral.has_value()) return;
  switch (view.kind) {
    case v1::EVENT_KIND_SUBMISSION_ACCEPTED:
      ways_[*view.referral] = {view.urgency, view.time};
      break;
    case v1::EVENT_KIND_TASK_ACCEPTED: {
      Way& way = ways_[*view.referral];
      way.accepted = std::min(way.accepted, view.time);
      break;
    }
    case v1::EVENT_KIND_TASK_UNROUTABLE:
      ++missing_[Without("ROUTE_GAP_",
                         v1::RouteGap_Name(static_cast<v1::RouteGap>(FirstOf(view.detail))))];
      break;
    case v1::EVENT_KIND_TASK_BLOCKED_CONSENT:
      ++blocked_[Without("REASON_", v1::Reason_Name(view.reason))];
      break;
    case v1::EVENT_KIND_TASK_REJECTED:
      ++declines_[Without("REASON_", v1::Reason_Name(view.reason))];
      break;
    case v1::EVENT_KIND_TASK_ESCALATED:
      ++queued_[Without("QUEUE_REASON_",
                        v1::QueueReason_Name(static_cast<v1::QueueReason>(FirstOf(view.detail))))];
      break;
    default:
      break;
  }
}

std::map<v1::Urgency, std::vector<absl::Duration>> Tally::TimesToAcceptance() const {
  std::map<v1::Urgency, std::vector<absl::Duration>> times;
  for (const auto& [key, way] : ways_) {
    if (way.accepted != absl::InfiniteFuture()) {
      times[way.urgency].push_back(way.accepted - way.sent);
    }
  }
  for (auto& [urgency, each] : times) std::sort(each.begin(), each.end());
  return times;
}

absl::Duration TimeAt(const std::vector<absl::Duration>& times, double part) {
  if (times.empty()) return absl::ZeroDuration();
  const auto index = static_cast<size_t>(part * static_cast<double>(times.size() - 1) + 0.5);
  return times[index];
}

double HoursAt(const std::vector<absl::Duration>& times, double part) {
  return absl::ToDoubleHours(TimeAt(times, part));
}

}  // namespace amana::sim
