// CheckEvents of log_check.h.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "broker/audit/log_check.h"
#include "broker/events/commit.h"
#include "broker/events/visibility.h"

namespace amana::audit {
namespace {

constexpr size_t kAtOnce = 500;

class Check {
 public:
  Check(Findings& findings, Counters& counters) : findings_(findings), counters_(counters) {}

  void Look(const store::StoredEvent& stored) {
    const events::Event& event = stored.event;
    const std::string place = absl::StrCat("event ", stored.index);
    if (events::Commit(event, stored.seed).leaf_hash != stored.leaf_hash) {
      findings_.Add("LEAF_NOT_OF_EVENT", place);
    }
    if (event.time < last_) findings_.Add("TIME_BACKWARDS", place);
    last_ = std::max(last_, event.time);
    const bool about = event.referral.has_value();
    Count(about ? "s/" + event.referral->sender.value() : "", event.sender_counter, place);
    const bool party =
        event.recipient.has_value() && events::IsParty(event, event.recipient->agency);
    Count(party ? "r/" + ToString(*event.recipient) : "", event.recipient_counter, place);
  }

 private:
  void Count(const std::string& name, uint64_t said, const std::string& place) {
    uint64_t expected = 0;
    if (!name.empty()) {
      uint64_t& counter = counters_[name];
      expected = ++counter;
      counter = said;  // one gap is one finding
    }
    if (said != expected) findings_.Add("COUNTER_GAP", place);
  }

  Findings& findings_;
  Counters& counters_;
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace

absl::Status CheckEvents(const store::Snapshot& snapshot, Findings& findings, Counters& counters,
                         const std::function<absl::Status(const store::StoredEvent&)>& each) {
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot.log().Head());
  Check check(findings, counters);
  uint64_t next = 0;
  size_t limit = kAtOnce;
  while (next < head.size) {
    const uint64_t wanted = std::min<uint64_t>(limit, head.size - next);
    const absl::StatusOr<std::vector<store::StoredEvent>> events =
        snapshot.log().ReadEvents(next, wanted);
    if (!events.ok() && !absl::IsDataLoss(events.status())) return events.status();
    if (!events.ok() || events->empty()) {
      // One by one, to find which.
      if (wanted == 1 || (events.ok() && events->empty())) {
        findings.Add("EVENT_DAMAGED", absl::StrCat("event ", next++));
      }
      limit = 1;
      continue;
    }
    for (const store::StoredEvent& stored : *events) {
      check.Look(stored);
      AMANA_RETURN_IF_ERROR(each(stored));
    }
    next += events->size();
    if (limit == 1 && next % kAtOnce == 0) limit = kAtOnce;
  }
  AMANA_ASSIGN_OR_RETURN(const auto beyond, snapshot.log().LeafData(head.size, 1));
  if (!beyond.empty()) findings.Add("EVENT_BEYOND_TREE", absl::StrCat("event ", head.size));
  return absl::OkStatus();
}

}  // namespace amana::audit
