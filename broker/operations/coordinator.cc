#include "broker/operations/coordinator.h"

#include "base/status.h"
#include "broker/operations/errors.h"

namespace amana::operations {

absl::Status CheckCoordinator(const delivery::Moment& moment, const identity::Signer& signer) {
  AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(signer));
  const bool coordinates = signer.role == crypto::Role::kCoordinator &&
                           moment.trust->registry->Coordinates(signer.agency);
  return coordinates ? absl::OkStatus() : SignerNotCoordinator();
}

}  // namespace amana::operations
