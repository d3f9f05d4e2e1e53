#include "broker/operations/start_on_route.h"

#include <utility>

#include "broker/delivery/candidates.h"
#include "broker/delivery/clocks.h"
#include "broker/delivery/offer_next.h"
#include "proto/envelope/statement.h"

namespace amana::operations {

absl::StatusOr<FirstOrder> ReadFirstOrder(const v1::SignedEnvelope& envelope) {
  AMANA_ASSIGN_OR_RETURN(envelope::CandidateOrderStatement statement,
                         envelope::ParseCandidateOrder(envelope));
  FirstOrder order;
  order.record.number = statement.number;
  order.record.envelope = envelope::Serialize(envelope);
  order.tasks = std::move(statement.tasks);
  return order;
}

absl::StatusOr<CertId> StartOnRoute(const store::Snapshot& snapshot, const delivery::Moment& moment,
                                    const NewReferral& referral, store::TaskRecord& task) {
  delivery::Search search;
  search.header = &referral.header;
  search.task = task.key.task;
  search.categories = referral.categories;
  if (referral.order.has_value()) {
    const auto own = referral.order->tasks.find(task.key.task);
    if (own != referral.order->tasks.end()) search.order = own->second;
  }
  for (const store::GrantRecord& grant : referral.grants) {
    search.grantees.push_back({grant.recipient, grant.recipient_cert});
  }
  absl::StatusOr<delivery::Found> found = delivery::Found();
  absl::StatusOr<std::optional<delivery::FamilyNeed>> family =
      delivery::NeedOf(snapshot, referral.header, task.key.task);
  if (family.ok()) {
    search.family = *std::move(family);
    found = delivery::FindCandidate(snapshot, moment, search);
  } else {
    found = family.status();
  }
  if (absl::IsDataLoss(found.status())) {
    task.state = v1::TASK_STATE_SUBMITTED;
    task.clock.due = moment.now + delivery::kStartAgainAfter;
    return CertId();
  }
  if (!found.ok()) return found.status();
  delivery::Begin(*found, /*may_block=*/true, task);
  delivery::EnterClock(snapshot, store::TaskRecord(), referral.header.urgency(), task);
  return found->sealed.value_or(CertId());
}

}  // namespace amana::operations
