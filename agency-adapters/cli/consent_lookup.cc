#include "agency-adapters/cli/consent_lookup.h"

#include "base/command_line.h"
#include "base/status.h"

namespace amana::cli {
namespace {

absl::StatusOr<sdk::ConsentFinder> Finder(Context& context) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  return sdk::ConsentFinder(*identity, *client, *mailbox);
}

}  // namespace

absl::StatusOr<ConsentName> ConsentOption(std::string_view option, std::string_view text) {
  return FromOption(option, sdk::ParseConsentName(text, option));
}

std::string ToString(const ConsentId& id, uint32_t version, const Digest& digest) {
  return id.hex() + "/" + std::to_string(version) + "/" + digest.hex();
}

absl::StatusOr<FoundConsent> FindOwnConsent(Context& context, const ConsentName& name) {
  AMANA_ASSIGN_OR_RETURN(sdk::ConsentFinder finder, Finder(context));
  return finder.Held(name);
}

absl::StatusOr<FoundConsent> AskForConsent(Context& context, const ConsentName& name) {
  AMANA_ASSIGN_OR_RETURN(sdk::ConsentFinder finder, Finder(context));
  return finder.Ask(name);
}

absl::StatusOr<FoundConsent> FindConsent(Context& context, const ConsentName& name) {
  AMANA_ASSIGN_OR_RETURN(sdk::ConsentFinder finder, Finder(context));
  return finder.Find(name);
}

}  // namespace amana::cli
