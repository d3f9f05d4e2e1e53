#ifndef AMANA_BROKER_OPERATIONS_COORDINATOR_H_
#define AMANA_BROKER_OPERATIONS_COORDINATOR_H_

#include "absl/status/status.h"
#include "broker/delivery/moment.h"
#include "broker/identity/signer.h"

namespace amana::operations {

// OK when a coordinator in person signed, of an agency that the registry lets coordinate:
// SIGNER_NOT_PERSON, SIGNER_NOT_COORDINATOR.
absl::Status CheckCoordinator(const delivery::Moment& moment, const identity::Signer& signer);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_COORDINATOR_H_
