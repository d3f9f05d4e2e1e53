#include "broker/delivery/chain.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "amana/v1/referral.pb.h"
#include "broker/delivery/wire.h"

namespace amana::delivery {

absl::StatusOr<bool> ReceivedParent(const store::Snapshot& snapshot,
                                    const v1::ReferralHeader& header) {
  AMANA_ASSIGN_OR_RETURN(const StatementKey key, FromWire(header.parent(), "parent"));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> parent,
                         snapshot.referrals().Find(key));
  if (!parent.has_value() || parent->subject.view() != header.subject_pseudonym()) return false;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks,
                         snapshot.referrals().Tasks(key));
  for (const store::TaskRecord& task : tasks) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<store::DeliveryRecord> deliveries,
                           snapshot.deliveries().OfTask(task.key));
    for (const store::DeliveryRecord& delivery : deliveries) {
      const bool to_sender = delivery.recipient.agency.value() == header.sender().agency();
      if (delivery.disclosed && to_sender) return true;
    }
  }
  return false;
}

absl::StatusOr<std::vector<AgencyId>> ChainOf(const store::Snapshot& snapshot,
                                              const v1::ReferralHeader& header) {
  std::vector<AgencyId> chain;
  if (!header.has_parent()) return chain;
  AMANA_ASSIGN_OR_RETURN(const bool received, ReceivedParent(snapshot, header));
  if (!received) return chain;
  AMANA_ASSIGN_OR_RETURN(std::optional<StatementKey> next, FromWire(header.parent(), "parent"));
  for (int i = 0; i < kLongestChain && next.has_value(); ++i) {
    AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> parent,
                           snapshot.referrals().Find(*next));
    if (!parent.has_value()) break;
    if (std::find(chain.begin(), chain.end(), parent->key.sender) == chain.end()) {
      chain.push_back(parent->key.sender);
    }
    next = parent->parent;
  }
  return chain;
}

}  // namespace amana::delivery
