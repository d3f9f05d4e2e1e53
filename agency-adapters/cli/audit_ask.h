// What auditors and parties ask of the broker itself: `amana audit ask | open-case`.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_AUDIT_ASK_H_
#define AMANA_AGENCY_ADAPTERS_CLI_AUDIT_ASK_H_

#include <CLI/CLI.hpp>
#include <string>

#include "agency-adapters/cli/context.h"
#include "agency-adapters/cli/report.h"

namespace amana::cli {

// A question for counts: what, in which month (2031-01), why.
struct CountQuestion {
  std::string measure, month, purpose;
};
Result AskCount(Context& context, const CountQuestion& asked);

void RegisterAuditAsk(CLI::App& parent, Context& context);
void RegisterAuditOpenCase(CLI::App& parent, Context& context);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_AUDIT_ASK_H_
