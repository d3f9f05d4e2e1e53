// The numbers of the delivery engine, from the configuration.
#ifndef AMANA_BROKER_DELIVERY_POLICY_H_
#define AMANA_BROKER_DELIVERY_POLICY_H_

#include <cstdint>
#include <map>

#include "absl/time/time.h"
#include "amana/v1/codes.pb.h"
#include "proto/codes/codes.h"

namespace amana::delivery {

// How long something is kept, by what it holds.
struct Retention {
  absl::Duration all;
  std::map<v1::Category, absl::Duration> of = {};
  // The shortest time of any category that it holds.
  absl::Duration For(codes::CategorySet holds) const;
};

struct Policy {
  // How long a receiver has to acknowledge or report before the delivery is offered again.
  absl::Duration lease = absl::Seconds(60);
  // From "handed to the native side" to the signed acknowledgement.
  absl::Duration acknowledge_within = absl::Minutes(15);
  // Backoff after a transient failure doubles from `first` to `longest`.
  absl::Duration backoff_first = absl::Seconds(1);
  absl::Duration backoff_longest = absl::Minutes(10);
  // After this many leases (but those that nobody got), or this age, it is a dead letter.
  uint32_t max_attempts = 12;
  absl::Duration max_age = absl::Hours(14 * 24);
  // A recall unanswered for this long alerts the coordinator.
  absl::Duration recall_within = absl::Hours(24);
  // How long the body of a referral is kept, once all of it is over, when something of it was
  // disclosed: after it was completed, and after it was declined, cancelled, expired or revoked.
  // What was never disclosed, or rested on a consent that was withdrawn, is erased at once.
  Retention keep_completed = {absl::Hours(7 * 24)};
  Retention keep_ended = {absl::Hours(3 * 24)};
  // An override that holds is reviewed by another person within this time, or the sender and the
  // auditors read that it was not.
  absl::Duration review_within = absl::Hours(72);
  // How long after its window a handover may stand still, before whoever must step is reminded; as
  // long again, and the coordinator is told; and again, and there is an alert. A person has not
  // come when this long has passed.
  absl::Duration handover_grace = absl::Hours(2);
};

// Exponential, with full jitter on the upper half: between 1/2 and 1 times
// min(first * 2^(failures-1), longest). `failures` counts from 1; `jitter` is in [0, 1).
absl::Duration Backoff(const Policy& policy, uint32_t failures, double jitter);

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_POLICY_H_
