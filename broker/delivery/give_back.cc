#include <optional>
#include <utility>

#include "broker/delivery/expire.h"
#include "broker/delivery/lease.h"
#include "broker/delivery/recorder.h"

namespace amana::delivery {
namespace {

// How often a delivery goes back at once. A receiver that opens and leaves for ever must not fill
// the log: after that its lease runs out.
constexpr uint64_t kAtOnce = 3;

absl::Status GiveBackOne(store::Transaction& tx, const Moment& moment, const LeaseRef& lease) {
  absl::StatusOr<std::optional<store::DeliveryRecord>> read =
      std::as_const(tx).deliveries().Find(lease.key);
  // One that cannot be read is no reason to keep the others.
  if (absl::IsDataLoss(read.status())) return absl::OkStatus();
  if (!read.ok()) return read.status();
  std::optional<store::DeliveryRecord>& delivery = *read;
  if (!delivery.has_value() || delivery->state != v1::DELIVERY_STATE_LEASED ||
      delivery->lease_epoch != lease.epoch) {
    return absl::OkStatus();
  }
  // Each lease counts in both, each giving back takes its attempt away.
  if (delivery->lease_epoch >= delivery->attempts + kAtOnce) return absl::OkStatus();
  const absl::StatusOr<std::optional<store::ReferralRecord>> found =
      std::as_const(tx).referrals().Find(lease.key.task.referral);
  if (!found.ok() && !absl::IsDataLoss(found.status())) return found.status();
  const store::ReferralRecord referral = found.ok() && found->has_value()
                                             ? **found
                                             : StandIn(lease.key.task.referral, delivery->urgency);
  if (delivery->attempts > 0) --delivery->attempts;
  Recorder recorder(tx, referral, moment.now, {});
  AMANA_RETURN_IF_ERROR(recorder
                            .MoveDelivery(*delivery, v1::DELIVERY_STATE_QUEUED,
                                          referral::Actor::kBroker, v1::REASON_UNSPECIFIED,
                                          absl::InfiniteFuture())
                            .status());
  tx.Wake(delivery->recipient);
  return absl::OkStatus();
}

}  // namespace

absl::Status GiveBack(store::Transaction& tx, const Moment& moment,
                      const std::vector<LeaseRef>& leases) {
  for (const LeaseRef& lease : leases) {
    AMANA_RETURN_IF_ERROR(GiveBackOne(tx, moment, lease));
  }
  return absl::OkStatus();
}

}  // namespace amana::delivery
