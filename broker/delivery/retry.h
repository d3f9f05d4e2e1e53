// The way from a failed attempt to the next one, or to the dead letters.
#ifndef AMANA_BROKER_DELIVERY_RETRY_H_
#define AMANA_BROKER_DELIVERY_RETRY_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "broker/delivery/policy.h"
#include "broker/delivery/recorder.h"

namespace amana::delivery {

// From LEASED or SENT to RETRY_WAIT, due after the backoff; DEAD_LETTER (MAX_ATTEMPTS) when the
// attempts or the age are used up. `error`: the native error class, or unspecified for a timeout.
absl::Status RetryLater(Recorder& recorder, store::DeliveryRecord& delivery, absl::Time now,
                        const Policy& policy, v1::Reason error, double jitter);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_RETRY_H_
