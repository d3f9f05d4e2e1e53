// Items of the coordinator's queue as coordinators see them: codes and addresses, no case content.
#ifndef AMANA_BROKER_OPERATIONS_QUEUE_ITEMS_H_
#define AMANA_BROKER_OPERATIONS_QUEUE_ITEMS_H_

#include "absl/status/statusor.h"
#include "amana/v1/coordination_service.pb.h"
#include "broker/store/store.h"

namespace amana::operations {

// What the task asks for is left out where the referral is erased or cannot be read.
absl::StatusOr<v1::QueueItem> ShowItem(const store::Snapshot& snapshot,
                                       const store::QueueItem& item);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_QUEUE_ITEMS_H_
