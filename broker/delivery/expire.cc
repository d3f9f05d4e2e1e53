#include "broker/delivery/expire.h"

#include <optional>

#include "broker/delivery/recorder.h"

namespace amana::delivery {

using referral::Actor;

store::ReferralRecord StandIn(const StatementKey& referral, v1::Urgency urgency) {
  store::ReferralRecord record;
  record.key = referral;
  record.urgency = urgency;
  return record;
}

absl::Status Expire(store::Transaction& tx, const Moment& moment, const Policy& policy,
                    store::TaskRecord task) {
  const absl::StatusOr<std::optional<store::ReferralRecord>> found =
      std::as_const(tx).referrals().Find(task.key.referral);
  if (!found.ok() && !absl::IsDataLoss(found.status())) return found.status();
  const store::ReferralRecord referral = found.ok() && found->has_value()
                                             ? **found
                                             : StandIn(task.key.referral, v1::URGENCY_UNSPECIFIED);
  Recorder recorder(tx, referral, moment.now, {});
  absl::Status taken =
      recorder.TakeBack(task, v1::DELIVERY_STATE_EXPIRED, v1::REASON_EXPIRED, std::nullopt, policy)
          .status();
  if (!taken.ok() && !absl::IsDataLoss(taken)) return taken;
  return recorder.MoveTask(task, v1::TASK_STATE_EXPIRED, Actor::kBroker, v1::REASON_EXPIRED)
      .status();
}

}  // namespace amana::delivery
