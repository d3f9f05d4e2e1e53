#include "broker/delivery/family.h"

#include <algorithm>
#include <utility>

#include "amana/v1/referral.pb.h"
#include "broker/delivery/errors.h"

namespace amana::delivery {
namespace {

// More than a family has, and has been sent for again.
constexpr size_t kMostTasks = 512;

// It is with somebody, or offered to somebody.
bool IsPlaced(v1::TaskState state) {
  switch (state) {
    case v1::TASK_STATE_ROUTED:
    case v1::TASK_STATE_NEEDS_WRAP:
    case v1::TASK_STATE_RECEIVED:
    case v1::TASK_STATE_SEEN:
    case v1::TASK_STATE_INFO_REQUESTED:
    case v1::TASK_STATE_ACCEPTED:
    case v1::TASK_STATE_IN_PROGRESS:
      return true;
    default:
      return false;
  }
}

// It is with nobody, and somebody must find a place.
bool IsWaiting(v1::TaskState state) {
  return state == v1::TASK_STATE_SUBMITTED || state == v1::TASK_STATE_BLOCKED_CONSENT ||
         state == v1::TASK_STATE_UNROUTABLE || state == v1::TASK_STATE_REJECTED;
}

// The family's tasks for the service but those of the referral itself, whatever its version.
absl::StatusOr<std::vector<store::TaskRecord>> OfOthers(const store::Snapshot& snapshot,
                                                        const AgencyId& sender,
                                                        const GroupId& family,
                                                        const ReferralId& self,
                                                        v1::ServiceType service) {
  AMANA_ASSIGN_OR_RETURN(std::vector<store::TaskRecord> tasks,
                         snapshot.referrals().FamilyTasks(sender, family, service, kMostTasks));
  std::erase_if(tasks,
                [&](const store::TaskRecord& task) { return task.key.referral.referral == self; });
  return tasks;
}

}  // namespace

absl::StatusOr<std::vector<Address>> OthersAt(const store::Snapshot& snapshot,
                                              const v1::ReferralHeader& header, uint32_t task) {
  std::vector<Address> at;
  if (header.family_id().empty()) return at;
  if (task >= static_cast<uint32_t>(header.services_size())) return RecordUnreadable();
  AMANA_ASSIGN_OR_RETURN(const AgencyId sender,
                         AgencyId::Create(header.sender().agency(), "sender.agency"));
  AMANA_ASSIGN_OR_RETURN(const GroupId family, GroupId::FromBytes(header.family_id(), "family_id"));
  AMANA_ASSIGN_OR_RETURN(const ReferralId self, ReferralId::FromBytes(header.referral_id()));
  AMANA_ASSIGN_OR_RETURN(
      const std::vector<store::TaskRecord> others,
      OfOthers(snapshot, sender, family, self, header.services(static_cast<int>(task)).service()));
  for (const store::TaskRecord& other : others) {
    if (!IsPlaced(other.state) || !other.recipient.has_value()) continue;
    if (std::find(at.begin(), at.end(), *other.recipient) == at.end()) {
      at.push_back(*other.recipient);
    }
  }
  return at;
}

absl::StatusOr<std::optional<FamilyNeed>> NeedOf(const store::Snapshot& snapshot,
                                                 const v1::ReferralHeader& header, uint32_t task) {
  if (header.family_id().empty()) return std::nullopt;
  FamilyNeed need;
  AMANA_ASSIGN_OR_RETURN(need.at, OthersAt(snapshot, header, task));
  if (header.services(static_cast<int>(task)).has_recipient()) return std::nullopt;
  if (!need.at.empty()) return need;
  need.places = std::max(header.family().members(), 1u);
  for (const int age : header.family().age_classes()) {
    need.ages.Add(static_cast<v1::SubjectClass>(age));
  }
  for (const int sex : header.family().sexes()) {
    need.sexes.Add(static_cast<v1::SexConstraint>(sex));
  }
  return need;
}

absl::StatusOr<bool> IsKeptTogether(const store::Snapshot& snapshot,
                                    const store::ReferralRecord& referral,
                                    const store::TaskRecord& task) {
  if (referral.family.is_zero()) return false;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> others,
                         OfOthers(snapshot, referral.key.sender, referral.family,
                                  referral.key.referral, task.service));
  return std::any_of(others.begin(), others.end(), [](const store::TaskRecord& other) {
    return IsPlaced(other.state) || IsWaiting(other.state);
  });
}

}  // namespace amana::delivery
