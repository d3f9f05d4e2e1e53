#ifndef AMANA_BROKER_DELIVERY_MOMENT_H_
#define AMANA_BROKER_DELIVERY_MOMENT_H_

#include "absl/time/time.h"
#include "broker/identity/trust.h"

namespace amana::delivery {

// What does not change during a transaction.
struct Moment {
  absl::Time now;
  bool clock_ok = false;
  identity::TrustPtr trust;
};

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_MOMENT_H_
