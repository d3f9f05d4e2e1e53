// What the log says of a registry or revocation list that is refused while the broker serves.
#ifndef AMANA_BROKER_MAIN_REGISTRY_LOG_H_
#define AMANA_BROKER_MAIN_REGISTRY_LOG_H_

#include <string>

#include "absl/status/status.h"

namespace amana::broker {

// One line "registry_refused" for each of the first 20 findings: the reason, the file with the
// finding's line where it has one, and the key. No value, and no certificate's file name, which may
// be a person's: `amana-broker check-config` shows those to whoever may read the files.
void LogRegistryRefused(const std::string& file, const absl::Status& status);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_REGISTRY_LOG_H_
