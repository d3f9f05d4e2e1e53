// What auditors and parties ask of the broker itself: `amana audit ask | open-case`.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_AUDIT_ASK_H_
#define AMANA_AGENCY_ADAPTERS_CLI_AUDIT_ASK_H_

#include <CLI/CLI.hpp>

#include "agency-adapters/cli/context.h"

namespace amana::cli {

void RegisterAuditAsk(CLI::App& parent, Context& context);
void RegisterAuditOpenCase(CLI::App& parent, Context& context);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_AUDIT_ASK_H_
