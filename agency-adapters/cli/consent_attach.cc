#include <limits>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string referral, consent;
  uint32_t version = 0;
  bool hold = false;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(ConsentName name, ConsentOption("--consent", o.consent));
  if (o.version != 0) {
    if (name.version != 0 && name.version != o.version) {
      return UsageError("--version-number", "another than --consent says");
    }
    name.version = o.version;
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         ReferralOption("--referral", o.referral, identity->agency()));
  AMANA_ASSIGN_OR_RETURN(const FoundConsent found, FindConsent(context, name));
  v1::ConsentRef ref;
  ref.set_consent_id(found.record.consent_id());
  ref.set_version(found.record.version());
  ref.set_digest(found.digest.bytes());
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueAttachment(key, ref));
  const std::string consent = ToString(name.id, ref.version(), found.digest);
  Report report;
  report.text = "consent " + consent + " attached to referral " + sdk::ToString(key) + "\n";
  report.json = {{"referral", sdk::ToString(key)}, {"consent", consent}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterConsentAttach(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "attach",
      "Let a referral that was sent rest on another consent: a later version, or one it lacked",
      "  amana consent attach --referral 0011...eeff --consent 8899...6677 --version-number 2\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--referral", o.referral, "AGENCY/ID/VERSION, or the id of an own one")
            ->required();
        command.add_option("--consent", o.consent, "ID, ID/VERSION or ID/VERSION/DIGEST")
            ->required();
        command.add_option("--version-number", o.version, "The consent's version (the newest)")
            ->check(WholeNumber(1, std::numeric_limits<uint32_t>::max()));
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
