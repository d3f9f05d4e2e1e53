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

// One that another agency recorded is known by its full name alone: only its recorder may look it
// up.
absl::StatusOr<v1::ConsentRef> RefTo(Context& context, const ConsentName& name) {
  v1::ConsentRef ref;
  ref.set_consent_id(name.id.bytes());
  ref.set_version(name.version);
  if (name.digest.has_value()) {
    ref.set_digest(name.digest->bytes());
    return ref;
  }
  AMANA_ASSIGN_OR_RETURN(const FoundConsent found, FindConsent(context, name));
  ref.set_version(found.record.version());
  ref.set_digest(found.digest.bytes());
  return ref;
}

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
  AMANA_ASSIGN_OR_RETURN(const v1::ConsentRef ref, RefTo(context, name));
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueAttachment(key, ref));
  AMANA_ASSIGN_OR_RETURN(const Digest digest, Digest::FromBytes(ref.digest()));
  const std::string consent = ToString(name.id, ref.version(), digest);
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
      "  amana consent attach --referral 0011...eeff --consent 8899...6677 --version-number 2\n"
      "  amana consent attach --referral 0011...eeff --consent 8899...6677/1/0123...cdef\n"
      "One that another agency recorded is named in full, as that agency's `amana consent grant`\n"
      "printed it.\n",
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
