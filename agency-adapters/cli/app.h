// The command line of `amana`: the tree of commands, and one run of it.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_APP_H_
#define AMANA_AGENCY_ADAPTERS_CLI_APP_H_

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "agency-adapters/cli/context.h"
#include "agency-adapters/cli/world.h"

namespace amana::cli {

// The tree; `context` outlives it.
std::unique_ptr<CLI::App> MakeApp(Context& context);

// `arguments` without the program's name. Results go to world.out, errors to world.err; with --json
// each is one JSON value on one line. Returns the exit code (exit_code.h).
int RunAmana(const std::vector<std::string>& arguments, World world);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_APP_H_
