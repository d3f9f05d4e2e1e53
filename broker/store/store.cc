#include "broker/store/store.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "broker/store/errors.h"

namespace amana::store {

absl::StatusOr<BatchPtr> Store::CommitAndWait(Work work) {
  absl::Notification decided;
  absl::StatusOr<BatchPtr> result = StoreUnavailableError("not decided");
  Commit(std::move(work), [&](absl::StatusOr<BatchPtr> outcome) {
    result = std::move(outcome);
    decided.Notify();
  });
  decided.WaitForNotification();
  return result;
}

}  // namespace amana::store
