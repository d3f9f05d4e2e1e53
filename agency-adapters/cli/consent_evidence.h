// What the log says of a consent: its registration proven, and its story.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_CONSENT_EVIDENCE_H_
#define AMANA_AGENCY_ADAPTERS_CLI_CONSENT_EVIDENCE_H_

#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/context.h"
#include "agency-adapters/sdk/event_view.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/ids.h"

namespace amana::cli {

struct Proven {
  v1::Receipt receipt;
  sdk::VerifiedReceipt verified;
};
// The receipt of the consent's registration, verified: from the broker, against its newest
// checkpoint; with `offline` the one kept in the outbox. None where this agency is no party to the
// registration, or the outbox does not have it. RECEIPT_MISMATCH for a proof of anything else.
absl::StatusOr<std::optional<Proven>> ProveRegistration(Context& context, const FoundConsent& found,
                                                        bool offline);

// Events by their index in the log.
using Story = std::map<uint64_t, sdk::EventView>;
// All that this agency may see of the consent and of every referral that rests or rested on it.
// Reads the log from the registration on, where this machine knows it; else from its beginning.
absl::StatusOr<Story> StoryOfConsent(Context& context, const ConsentId& id);
// All that it may see of one referral.
absl::StatusOr<Story> StoryOfReferral(Context& context, const ReferralId& id);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_CONSENT_EVIDENCE_H_
