// What a recovery (recover.h) leaves in data_dir, and what a start makes of it.
#ifndef AMANA_BROKER_MAIN_SUCCESSION_FILES_H_
#define AMANA_BROKER_MAIN_SUCCESSION_FILES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/main/config.h"

namespace amana::broker {

// The signed statement by which this log goes on in another's place.
std::string SuccessionFile(const Config& config);
// There while a store was put in place to be recovered from, until that is done.
std::string RecoverFirstFile(const Config& config);

// RECOVERY_NEEDED (kFailedPrecondition) while that file is there.
absl::Status CheckRecovered(const Config& config);
// What is served as "succession": the statement, when it is of the log `vkey`. NOT_FOUND where
// there is none; errors of files.
absl::StatusOr<std::string> ReadSuccession(const Config& config, std::string_view vkey);
// Puts it beside the log's files, where they are written. Errors of files.
absl::Status PlaceSuccession(const Config& config, std::string_view vkey);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_SUCCESSION_FILES_H_
