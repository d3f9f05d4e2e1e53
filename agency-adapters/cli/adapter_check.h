// `amana adapter-check`: the conformance kit's command line, over check/.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_ADAPTER_CHECK_H_
#define AMANA_AGENCY_ADAPTERS_CLI_ADAPTER_CHECK_H_

#include <CLI/CLI.hpp>

#include "agency-adapters/cli/context.h"

namespace amana::cli {

void RegisterAdapterCheck(CLI::App& root, Context& context);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_ADAPTER_CHECK_H_
