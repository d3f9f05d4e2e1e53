// What each command of a program does; program.cc has the command line. Each returns the exit code,
// or an error that the program shows.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_COMMANDS_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/mapping/mapping.h"
#include "agency-adapters/runtime/config.h"
#include "agency-adapters/runtime/program.h"

namespace amana::runtime {

struct Command {
  const ProgramWorld& world;
  const Config& config;
  bool json = false;
};

// MAPPING_INVALID; errors of reading.
absl::StatusOr<mapping::Mapping> LoadMapping(const Config& config);

absl::StatusOr<int> RunCommand(const Command& command);
absl::StatusOr<int> CheckConfigCommand(const Command& command);
absl::StatusOr<int> DryRunCommand(const Command& command, const std::string& file);
absl::StatusOr<int> DeadLettersCommand(const Command& command);
absl::StatusOr<int> RedriveCommand(const Command& command, const std::vector<std::string>& letters,
                                   bool all);
absl::StatusOr<int> DiscardCommand(const Command& command, const std::vector<std::string>& letters);
absl::StatusOr<int> HealthCommand(const Command& command);

}  // namespace amana::runtime

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_COMMANDS_H_
