// The commands for a log that goes on as another; as those of commands.h, in a library of their
// own.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_RECOVERY_COMMANDS_H_
#define AMANA_AGENCY_ADAPTERS_CLI_RECOVERY_COMMANDS_H_

namespace CLI {
class App;
}

namespace amana::cli {

class Context;

void RegisterAdminSignRecovery(CLI::App& parent, Context& context);
void RegisterLogSuccession(CLI::App& parent, Context& context);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_RECOVERY_COMMANDS_H_
