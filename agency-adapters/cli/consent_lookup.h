// Finds a consent by what was printed when it was granted. On the command line a consent is
// "<32 hex digits>", "<id>/<version>", or "<id>/<version>/<digest>".
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CONSENT_LOOKUP_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CONSENT_LOOKUP_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/context.h"
#include "agency-adapters/sdk/consent_finder.h"
#include "base/ids.h"

namespace amana::cli {

using sdk::ConsentName;
using sdk::FoundConsent;

absl::StatusOr<ConsentName> ConsentOption(std::string_view option, std::string_view text);
std::string ToString(const ConsentId& id, uint32_t version, const Digest& digest);

// What sdk::ConsentFinder says, with the context's mailbox and client.
absl::StatusOr<FoundConsent> FindOwnConsent(Context& context, const ConsentName& name);
absl::StatusOr<FoundConsent> AskForConsent(Context& context, const ConsentName& name);
absl::StatusOr<FoundConsent> FindConsent(Context& context, const ConsentName& name);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CONSENT_LOOKUP_H_
