// The witnesses of the configuration, as the broker asks them.
#ifndef AMANA_BROKER_MAIN_WITNESSES_H_
#define AMANA_BROKER_MAIN_WITNESSES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "broker/audit/witness_gatherer.h"
#include "broker/main/config.h"

namespace amana::broker {

// Null where no witness is configured. To be called before anything is signed with the store's key.
// Errors: of WitnessGatherer::CheckStore and http::Client::Create.
absl::StatusOr<std::unique_ptr<audit::WitnessGatherer>> OpenWitnesses(
    const Config& config, const store::Store* store, const transparency::NoteVerifier& log);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_WITNESSES_H_
