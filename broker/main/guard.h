// The rollback guard of the configuration.
#ifndef AMANA_BROKER_MAIN_GUARD_H_
#define AMANA_BROKER_MAIN_GUARD_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "broker/audit/rollback_guard.h"
#include "broker/main/config.h"

namespace amana::broker {

// Where it keeps the checkpoint.
std::string GuardFile(const Config& config);

// Null where no guard is configured, which is logged, as is one on the disk of the store. To be
// called before the store is opened. Errors: of RollbackGuard::Begin.
absl::StatusOr<std::unique_ptr<audit::RollbackGuard>> OpenGuard(
    const Config& config, const transparency::NoteSigner& log);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_GUARD_H_
