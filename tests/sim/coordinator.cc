#include "tests/sim/coordinator.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "broker/delivery/wire.h"
#include "broker/operations/list_queue.h"

namespace amana::sim {
namespace {

// As long as there is somebody to ask and time to wait for them.
constexpr absl::Duration kGivesUpAfter = absl::Hours(36);
constexpr absl::Duration kLooksAgainAfter = absl::Hours(5);

std::vector<v1::QueueItem> WholeQueue(operations::World& world) {
  std::vector<v1::QueueItem> all;
  v1::ListQueueRequest request;
  request.set_page_size(100);
  do {
    const auto page = operations::ListQueue(
        world.context(), operations::World::CallerOf("secretariat", crypto::Role::kCoordinator),
        request);
    AMANA_EXPECT_OK(page.status());
    if (!page.ok()) break;
    all.insert(all.end(), page->items().begin(), page->items().end());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

}  // namespace

void Coordinator::Look() {
  for (const v1::QueueItem& item : WholeQueue(town_.world)) {
    const auto [seen, first] = looked_.try_emplace(item.item(), town_.Now());
    if (!first) {
      if (seen->second + kLooksAgainAfter > town_.Now()) continue;
      seen->second = town_.Now();
    }
    Act(item);
  }
}

absl::Status Coordinator::Do(const v1::QueueItem& item, v1::CoordinatorActKind kind,
                             const operations::Edit<v1::CoordinatorAct>& edit) {
  return operations::ActOn(town_.world, item, kind, edit).status();
}

void Coordinator::Act(const v1::QueueItem& item) {
  Case* const about =
      town_.Find(delivery::FromWire(item.referral(), "referral").value_or(StatementKey()));
  ASSERT_NE(about, nullptr);
  if (item.assignee().empty()) {
    // What an act before it has closed meanwhile is refused, here and below.
    if (!Do(item, v1::COORDINATOR_ACT_KIND_ASSIGN, [](v1::CoordinatorAct& act) {
           act.set_assignee("coordinator-1");
         }).ok()) {
      return;
    }
  }
  switch (item.reason()) {
    case v1::QUEUE_REASON_NOT_WRAPPED:
    case v1::QUEUE_REASON_NO_CONSENT:
    case v1::QUEUE_REASON_NO_CALL:
      return phone_.sender(*about);
    case v1::QUEUE_REASON_NOT_ANSWERED:
    case v1::QUEUE_REASON_RECALL_UNANSWERED:
      return PhoneShelter(item, *about);
    case v1::QUEUE_REASON_NOT_ACKNOWLEDGED:
    case v1::QUEUE_REASON_NOT_DECIDED:
    case v1::QUEUE_REASON_NOT_STARTED:
      if (town_.chance.Percent(50) && NameAnother(item, *about)) return;
      return PhoneShelter(item, *about);
    case v1::QUEUE_REASON_HANDOVER_OVERDUE:
      phone_.escorts(*about);
      return Close(item, v1::REASON_SUPERSEDED);
    case v1::QUEUE_REASON_EXPIRED:
      return Close(item, v1::REASON_NO_LONGER_NEEDED);
    default:
      break;
  }
  // Unserved: UNROUTABLE, REJECTED, FAILED.
  if (NameAnother(item, *about)) return;
  const absl::Time since = absl::FromUnixMillis(item.since_unix_ms());
  if (item.reason() != v1::QUEUE_REASON_UNROUTABLE || town_.Now() - since > kGivesUpAfter) {
    Close(item, v1::REASON_NO_LONGER_NEEDED);
  } else if (item.notes().empty()) {
    AMANA_EXPECT_OK(Do(item, v1::COORDINATOR_ACT_KIND_ANNOTATE, [](v1::CoordinatorAct& act) {
      act.set_annotation(v1::ANNOTATION_AWAITING_CAPACITY);
    }));
  }
}

void Coordinator::PhoneShelter(const v1::QueueItem& item, const Case& about) {
  const auto agency = AgencyId::Create(item.recipient().agency(), "agency");
  if (agency.ok()) phone_.shelter(about, *agency);
  // That a copy was not confirmed to be deleted ends with the answer, or with the coordinator.
  if (item.reason() == v1::QUEUE_REASON_RECALL_UNANSWERED) Close(item, v1::REASON_SUPERSEDED);
}

bool Coordinator::NameAnother(const v1::QueueItem& item, const Case& about) {
  for (int i = 0; i < 3; ++i) {
    const Profile& shelter = town_.chance.OneOf(town_.shelters);
    const auto& gives = shelter.services;
    if (std::find(gives.begin(), gives.end(), about.service) == gives.end()) continue;
    const absl::Status named =
        Do(item, v1::COORDINATOR_ACT_KIND_NAME, [&](v1::CoordinatorAct& act) {
          *act.mutable_recipient() = delivery::ToWire(shelter.shelter.address());
        });
    if (!named.ok()) continue;
    ++named_;
    return true;
  }
  // Or whoever the broker finds now.
  const bool found = Do(item, v1::COORDINATOR_ACT_KIND_NAME).ok();
  named_ += found ? 1 : 0;
  return found;
}

void Coordinator::Close(const v1::QueueItem& item, v1::Reason reason) {
  const absl::Status closed = Do(item, v1::COORDINATOR_ACT_KIND_CLOSE,
                                 [&](v1::CoordinatorAct& act) { act.set_reason(reason); });
  closed_ += closed.ok() ? 1 : 0;
}

}  // namespace amana::sim
