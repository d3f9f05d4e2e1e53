#include "broker/delivery/retry.h"

namespace amana::delivery {

using referral::Actor;

absl::Status RetryLater(Recorder& recorder, store::DeliveryRecord& delivery, absl::Time now,
                        const Policy& policy, v1::Reason error, double jitter) {
  const absl::Time never = absl::InfiniteFuture();
  const absl::Time due = now + Backoff(policy, delivery.attempts, jitter);
  Actor actor = Actor::kAdapter;
  if (delivery.state == v1::DELIVERY_STATE_SENT) {
    actor = Actor::kBroker;
    if (error != v1::REASON_UNSPECIFIED) {  // the native side refused; silence is the broker's
      AMANA_RETURN_IF_ERROR(recorder
                                .MoveDelivery(delivery, v1::DELIVERY_STATE_NATIVE_NACKED,
                                              Actor::kAdapter, error, never)
                                .status());
    }
  }
  AMANA_RETURN_IF_ERROR(
      recorder.MoveDelivery(delivery, v1::DELIVERY_STATE_RETRY_WAIT, actor, error, due).status());
  if (delivery.attempts < policy.max_attempts && now - delivery.queued < policy.max_age) {
    return absl::OkStatus();
  }
  return recorder
      .MoveDelivery(delivery, v1::DELIVERY_STATE_DEAD_LETTER, Actor::kBroker,
                    v1::REASON_MAX_ATTEMPTS, never)
      .status();
}

}  // namespace amana::delivery
