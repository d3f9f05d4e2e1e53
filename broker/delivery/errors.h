// The errors of this room.
#ifndef AMANA_BROKER_DELIVERY_ERRORS_H_
#define AMANA_BROKER_DELIVERY_ERRORS_H_

#include "base/status.h"

namespace amana::delivery {

inline absl::Status LeaseLost() {
  return MakeError(absl::StatusCode::kAborted, "LEASE_LOST", "lease_epoch",
                   "the lease has ended; the delivery is offered again or is over");
}

inline absl::Status RecordUnreadable() {
  return MakeError(absl::StatusCode::kDataLoss, "STORE_CORRUPT", "body",
                   "a stored referral cannot be parsed");
}

}  // namespace amana::delivery

#endif  // AMANA_BROKER_DELIVERY_ERRORS_H_
