#include <utility>

#include "broker/delivery/errors.h"
#include "broker/delivery/lease.h"
#include "broker/delivery/recorder.h"
#include "broker/delivery/retry.h"

namespace amana::delivery {
namespace {

using referral::Actor;

absl::Status ReportPermanent(Recorder& recorder, store::DeliveryRecord& delivery,
                             v1::Reason error) {
  const absl::Time never = absl::InfiniteFuture();
  if (delivery.state == v1::DELIVERY_STATE_LEASED) {
    return recorder
        .MoveDelivery(delivery, v1::DELIVERY_STATE_DEAD_LETTER, Actor::kAdapter, error, never)
        .status();
  }
  AMANA_RETURN_IF_ERROR(
      recorder
          .MoveDelivery(delivery, v1::DELIVERY_STATE_NATIVE_NACKED, Actor::kAdapter, error, never)
          .status());
  return recorder
      .MoveDelivery(delivery, v1::DELIVERY_STATE_DEAD_LETTER, Actor::kBroker, error, never)
      .status();
}

}  // namespace

absl::Status Report(store::Transaction& tx, const Moment& moment, const Policy& policy,
                    const store::DeliveryKey& key, const Address& unit, uint64_t lease_epoch,
                    Outcome outcome, v1::Reason error, double jitter) {
  AMANA_ASSIGN_OR_RETURN(std::optional<store::DeliveryRecord> delivery, tx.deliveries().Find(key));
  if (!delivery.has_value() || delivery->recipient != unit ||
      delivery->lease_epoch != lease_epoch ||
      (delivery->state != v1::DELIVERY_STATE_LEASED &&
       delivery->state != v1::DELIVERY_STATE_SENT)) {
    return LeaseLost();
  }
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(key.task.referral));
  if (!referral.has_value()) return RecordUnreadable();
  Recorder recorder(tx, *referral, moment.now, {});
  switch (outcome) {
    case Outcome::kSent:
      if (delivery->state == v1::DELIVERY_STATE_SENT) return absl::OkStatus();
      return recorder
          .MoveDelivery(*delivery, v1::DELIVERY_STATE_SENT, Actor::kAdapter, v1::REASON_UNSPECIFIED,
                        moment.now + policy.acknowledge_within)
          .status();
    case Outcome::kTransient:
      return RetryLater(recorder, *delivery, moment.now, policy, error, jitter);
    case Outcome::kPermanent:
      return ReportPermanent(recorder, *delivery, error);
  }
  return LeaseLost();
}

}  // namespace amana::delivery
