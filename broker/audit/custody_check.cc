#include "broker/audit/custody_check.h"

#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "broker/events/custody_detail.h"
#include "broker/referral/handover_machine.h"

namespace amana::audit {
namespace {

constexpr size_t kAtOnce = 1000;
constexpr size_t kRemembered = 10'000;  // referrals

// What the log says of a person.
struct Told {
  uint64_t began = 0;  // index of the event
  Address responsible;
  uint64_t since = 0;
  std::optional<store::HandoverKey> under_way;
};

// The state that the log says a handover is in; the states of most events are no business of ours.
std::optional<v1::HandoverState> Entered(v1::EventKind kind) {
  switch (kind) {
    case v1::EVENT_KIND_HANDOVER_OFFERED:
      return v1::HANDOVER_STATE_OFFERED;
    case v1::EVENT_KIND_HANDOVER_AGREED:
      return v1::HANDOVER_STATE_AGREED;
    case v1::EVENT_KIND_HANDOVER_DECLINED:
      return v1::HANDOVER_STATE_DECLINED;
    case v1::EVENT_KIND_HANDOVER_WITHDRAWN:
      return v1::HANDOVER_STATE_WITHDRAWN;
    case v1::EVENT_KIND_HANDOVER_IN_TRANSIT:
      return v1::HANDOVER_STATE_IN_TRANSIT;
    case v1::EVENT_KIND_HANDOVER_ARRIVED:
      return v1::HANDOVER_STATE_ARRIVED;
    case v1::EVENT_KIND_HANDOVER_NO_SHOW:
      return v1::HANDOVER_STATE_NO_SHOW;
    case v1::EVENT_KIND_HANDOVER_ABORTED:
      return v1::HANDOVER_STATE_ABORTED;
    case v1::EVENT_KIND_HANDOVER_CUSTODY_TRANSFERRED:
      return v1::HANDOVER_STATE_CUSTODY_TRANSFERRED;
    case v1::EVENT_KIND_HANDOVER_RETURNED:
      return v1::HANDOVER_STATE_RETURNED;
    case v1::EVENT_KIND_HANDOVER_CORRECTED:
      return v1::HANDOVER_STATE_CORRECTED;
    case v1::EVENT_KIND_HANDOVER_ENDED:
      return v1::HANDOVER_STATE_ENDED;
    default:
      return std::nullopt;
  }
}

class Check {
 public:
  // Looks at every `parts`th person.
  Check(const store::Snapshot& snapshot, uint64_t part, uint64_t parts)
      : snapshot_(snapshot), part_(part), parts_(parts) {}

  absl::StatusOr<CustodyFindings> Run() {
    for (uint64_t first = 0;;) {
      AMANA_ASSIGN_OR_RETURN(const std::vector<store::StoredEvent> events,
                             snapshot_.log().ReadEvents(first, kAtOnce));
      for (const store::StoredEvent& each : events) Follow(each);
      if (events.size() < kAtOnce) break;
      first = events.back().index + 1;
    }
    for (const auto& [subject, told] : told_) Compare(subject, told);
    for (const auto& [key, state] : states_) CompareHandover(key, state);
    CountCustodies();
    findings_.persons = told_.size();
    findings_.handovers = states_.size();
    return std::move(findings_);
  }

 private:
  void Problem(uint64_t event, std::string_view what) {
    findings_.problems.push_back("event " + std::to_string(event) + ": " + std::string(what));
  }

  struct About {
    Pseudonym subject;
    Address sender;
  };
  // Whose referral the event is about; nullopt when the person is not of this part, and, with a
  // problem in the first, when that cannot be told.
  std::optional<About> AboutOf(const store::StoredEvent& stored) {
    std::string_view problem = "names no referral";
    if (stored.event.referral.has_value()) {
      auto known = known_.find(*stored.event.referral);
      if (known == known_.end()) {
        const auto referral = snapshot_.referrals().Find(*stored.event.referral);
        if (known_.size() >= kRemembered) known_.clear();
        if (referral.ok() && referral->has_value()) {
          const About about{(*referral)->subject, (*referral)->sender};
          known = known_.emplace(*stored.event.referral, about).first;
        }
      }
      if (known != known_.end()) {
        return InPart(known->second.subject) ? std::optional(known->second) : std::nullopt;
      }
      problem = "its referral cannot be read";
    }
    if (part_ == 0) Problem(stored.index, problem);
    return std::nullopt;
  }
  bool InPart(const Pseudonym& subject) const {
    uint64_t number = 0;
    for (const char byte : subject.view().substr(0, sizeof number)) {
      number = number << 8 | static_cast<uint8_t>(byte);
    }
    return number % parts_ == part_;
  }

  void Follow(const store::StoredEvent& stored) {
    if (stored.event.kind == v1::EVENT_KIND_SUBMISSION_ACCEPTED) return FollowReferral(stored);
    const std::optional<v1::HandoverState> state = Entered(stored.event.kind);
    if (state.has_value()) FollowHandover(stored, *state);
  }

  void FollowReferral(const store::StoredEvent& stored) {
    const std::optional<About> about = AboutOf(stored);
    if (!about.has_value()) return;
    const auto [person, begins] = told_.try_emplace(about->subject);
    if (!begins) {
      if (stored.event.detail == events::kBeginsCustody) {
        Problem(stored.index, "begins the custody of a person who had one");
      }
      return;
    }
    person->second.began = person->second.since = stored.index;
    person->second.responsible = about->sender;
  }

  void FollowHandover(const store::StoredEvent& stored, v1::HandoverState state) {
    const std::optional<About> about = AboutOf(stored);
    if (!about.has_value()) return;
    const store::HandoverKey key{{*stored.event.referral, stored.event.task.value_or(0)},
                                 stored.event.attempt};
    Told& told = told_[about->subject];
    states_[key] = {state, stored.index};
    if (state == v1::HANDOVER_STATE_OFFERED) {
      if (told.under_way.has_value()) Problem(stored.index, "a second handover of one person");
      told.under_way = key;
      return;
    }
    const bool after = state == v1::HANDOVER_STATE_CORRECTED || state == v1::HANDOVER_STATE_ENDED;
    if (!after && told.under_way != key) {
      Problem(stored.index, "a step of a handover that is not under way");
    }
    if (state == v1::HANDOVER_STATE_CUSTODY_TRANSFERRED) Transfer(stored, told);
    if (!after && !referral::IsUnderWay(state)) told.under_way.reset();
  }

  void Transfer(const store::StoredEvent& stored, Told& told) {
    const std::optional<Address> responsible = events::ResponsibleFrom(stored.event.detail);
    if (!responsible.has_value()) return Problem(stored.index, "does not say who is responsible");
    told.responsible = *responsible;
    told.since = stored.index;
  }

  void Compare(const Pseudonym& subject, const Told& told) {
    const auto found = snapshot_.custodies().Find(subject);
    if (!found.ok()) return Problem(told.began, "the person's custody cannot be read");
    if (!found->has_value()) return Problem(told.began, "nobody is responsible for the person");
    const store::CustodyRecord& custody = **found;
    if (custody.responsible.agency.empty() || custody.responsible.unit.empty()) {
      Problem(told.began, "nobody is responsible for the person");
    }
    if (custody.responsible != told.responsible || custody.log_index != told.since) {
      Problem(told.since, "another is responsible than the log says");
    }
    if (custody.under_way != told.under_way) {
      Problem(told.since, "another handover is under way than the log says");
    }
    const bool nowhere = custody.holder.empty();
    if (nowhere == (custody.none == v1::NO_CUSTODY_UNSPECIFIED)) {
      Problem(told.since, "the person is neither with an agency nor with none and why");
    }
  }

  void CompareHandover(const store::HandoverKey& key,
                       const std::pair<v1::HandoverState, uint64_t>& told) {
    const auto found = snapshot_.handovers().Find(key);
    if (!found.ok()) return Problem(told.second, "its handover cannot be read");
    if (!found->has_value()) return Problem(told.second, "its handover is not there");
    if ((*found)->state != told.first) {
      Problem(told.second, "its handover is in another state than the log says");
    }
  }

  // Records of persons whom the log does not know.
  void CountCustodies() {
    uint64_t records = 0;
    for (std::optional<Pseudonym> after;;) {
      const auto some = snapshot_.custodies().Scan(after, kAtOnce);
      if (!some.ok()) return;  // said of the person already
      for (const store::CustodyRecord& custody : *some) {
        if (!InPart(custody.subject)) continue;
        ++records;
        if (!told_.contains(custody.subject)) {
          Problem(custody.log_index, "a custody of somebody the log does not know");
        }
      }
      if (some->size() < kAtOnce) break;
      after = some->back().subject;
    }
    if (records > told_.size()) Problem(0, "more custodies than persons");
  }

  const store::Snapshot& snapshot_;
  const uint64_t part_, parts_;
  CustodyFindings findings_;
  absl::flat_hash_map<StatementKey, About> known_;
  std::map<Pseudonym, Told> told_;
  std::map<store::HandoverKey, std::pair<v1::HandoverState, uint64_t>> states_;
};

}  // namespace

absl::StatusOr<CustodyFindings> CheckCustody(const store::Snapshot& snapshot,
                                             uint64_t persons_at_once) {
  uint64_t persons = 0;
  for (std::optional<Pseudonym> after;;) {
    const auto some = snapshot.custodies().Scan(after, kAtOnce);
    if (!some.ok() || some->empty()) break;  // said of the person
    persons += some->size();
    after = some->back().subject;
  }
  const uint64_t parts = 1 + persons / persons_at_once;
  CustodyFindings all;
  for (uint64_t part = 0; part < parts; ++part) {
    AMANA_ASSIGN_OR_RETURN(CustodyFindings findings, Check(snapshot, part, parts).Run());
    all.persons += findings.persons;
    all.handovers += findings.handovers;
    std::move(findings.problems.begin(), findings.problems.end(), std::back_inserter(all.problems));
  }
  return all;
}

}  // namespace amana::audit
