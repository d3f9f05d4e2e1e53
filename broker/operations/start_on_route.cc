#include "broker/operations/start_on_route.h"

#include <utility>

#include "broker/delivery/candidates.h"
#include "broker/delivery/clocks.h"
#include "broker/delivery/offer_next.h"

namespace amana::operations {

absl::StatusOr<CertId> StartOnRoute(const store::Snapshot& snapshot, const delivery::Moment& moment,
                                    const NewReferral& referral, store::TaskRecord& task) {
  delivery::Search search;
  search.header = &referral.header;
  search.task = task.key.task;
  search.categories = referral.categories;
  if (referral.order.has_value()) {
    const auto own = referral.order->find(task.key.task);
    if (own != referral.order->end()) search.order = own->second;
  }
  search.grantees = referral.grantees;
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
