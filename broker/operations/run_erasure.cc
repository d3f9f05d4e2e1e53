#include "broker/operations/run_erasure.h"

#include <memory>
#include <vector>

#include "broker/delivery/erasure.h"

namespace amana::operations {
namespace {

constexpr absl::Duration kIdle = absl::Seconds(1);
constexpr absl::Duration kBetweenSlices = absl::Milliseconds(1);

// An error is in the store's health; what was due stays due.
bool IsAnyDue(const Context& context) {
  const absl::StatusOr<std::unique_ptr<store::Snapshot>> snapshot = context.store->Read();
  if (!snapshot.ok()) return false;
  const absl::StatusOr<std::vector<StatementKey>> due =
      (*snapshot)->erasures().Due(delivery::ErasableAt(context.policy, context.clock->Now()), 1);
  return due.ok() && !due->empty();
}

}  // namespace

absl::Time RunErasure(const Context& context) {
  if (!IsAnyDue(context)) return context.clock->Now() + kIdle;
  auto erased = std::make_shared<size_t>(0);
  const absl::StatusOr<store::BatchPtr> batch =
      context.store->CommitAndWait([&context, erased](store::Transaction& tx) -> absl::Status {
        AMANA_ASSIGN_OR_RETURN(*erased, delivery::EraseDue(tx, context.Now(), context.policy,
                                                           delivery::kErasedAtOnce));
        return absl::OkStatus();
      });
  const bool more = batch.ok() && *erased > 0;
  return context.clock->Now() + (more ? kBetweenSlices : kIdle);
}

}  // namespace amana::operations
