#include "broker/delivery/unrouted.h"

#include <optional>
#include <utility>

#include "broker/delivery/candidates.h"
#include "broker/delivery/offer_next.h"
#include "broker/store/errors.h"

namespace amana::delivery {
namespace {

// Nullopt: nothing is left to offer.
absl::StatusOr<std::optional<OfferedFrom>> Remaining(const store::Snapshot& snapshot,
                                                     const store::ReferralRecord& referral) {
  absl::StatusOr<OfferedFrom> from = LoadOffered(snapshot, referral);
  if (store::IsErased(from.status()) || absl::IsDataLoss(from.status())) return std::nullopt;
  if (!from.ok()) return from.status();
  return *std::move(from);
}

}  // namespace

absl::Status LookForAnyone(store::Transaction& tx, const Moment& moment,
                           const store::ReferralRecord& referral, const store::TaskRecord& task) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<OfferedFrom> from,
                         Remaining(std::as_const(tx), referral));
  if (!from.has_value()) return absl::OkStatus();
  return LookAgain(tx, moment, referral, task, {}).status();
}

absl::Status LookElsewhere(store::Transaction& tx, const Moment& moment,
                           const store::ReferralRecord& referral, const store::TaskRecord& task,
                           referral::Actor actor, const Evidence& evidence) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<OfferedFrom> from,
                         Remaining(std::as_const(tx), referral));
  if (!from.has_value()) return absl::OkStatus();
  const int index = static_cast<int>(task.key.task);
  if (index >= from->header.services_size() || from->header.services(index).has_recipient()) {
    return absl::OkStatus();
  }
  Cause cause;
  cause.actor = actor;
  cause.evidence = evidence;
  return LookAgain(tx, moment, referral, task, cause).status();
}

}  // namespace amana::delivery
