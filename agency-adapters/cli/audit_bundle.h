// Evidence bundles on the command line: made, and judged.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_AUDIT_BUNDLE_H_
#define AMANA_AGENCY_ADAPTERS_CLI_AUDIT_BUNDLE_H_

#include <string>

#include "agency-adapters/cli/audit_evidence.h"
#include "agency-adapters/cli/context.h"
#include "agency-adapters/cli/report.h"

namespace CLI {
class App;
}

namespace amana::cli {

void RegisterAuditBundle(CLI::App& parent, Context& context);

// `options.folder` names a bundle's file. The verdict's exit code; errors of reading what is named.
Result VerifyBundle(Context& context, const EvidenceOptions& options);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_AUDIT_BUNDLE_H_
