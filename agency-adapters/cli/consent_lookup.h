// Finds a consent by what was printed when it was granted. On the command line a consent is
// "<32 hex digits>", "<id>/<version>", or "<id>/<version>/<digest>".
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CONSENT_LOOKUP_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CONSENT_LOOKUP_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/context.h"
#include "amana/v1/consent.pb.h"
#include "base/ids.h"

namespace amana::cli {

struct ConsentName {
  ConsentId id;
  uint32_t version = 0;  // 0: the newest
  std::optional<Digest> digest;
};
absl::StatusOr<ConsentName> ConsentOption(std::string_view option, std::string_view text);
std::string ToString(const ConsentId& id, uint32_t version, const Digest& digest);

struct FoundConsent {
  v1::ConsentRecord record;
  v1::SignedEnvelope envelope;
  Digest digest;
  bool withdrawn = false;  // as the broker says; false when found in the outbox
  bool from_broker = false;
};

// From this machine's outbox, without a link; CONSENT_MISSING when it is not there.
absl::StatusOr<FoundConsent> FindOwnConsent(Context& context, const ConsentName& name);
// From the broker; its signature and certificate are verified against the pinned authorities, as of
// when it was signed. Errors of the call; SIGNATURE_INVALID, CERTIFICATE_UNPINNED and so on.
absl::StatusOr<FoundConsent> AskForConsent(Context& context, const ConsentName& name);
// The outbox first, then the broker. CONSENT_MISSING also when it has another digest than named.
absl::StatusOr<FoundConsent> FindConsent(Context& context, const ConsentName& name);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CONSENT_LOOKUP_H_
