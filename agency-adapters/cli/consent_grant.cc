#include <limits>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/consent_options.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"
#include "proto/crypto/random.h"

namespace amana::cli {
namespace {

struct Options {
  ConsentOptions consent;
  std::string subject, id;
  uint32_t version = 1;
  bool hold = false;
};

// A new person and a new consent unless told otherwise.
absl::Status SetIds(const Options& o, v1::ConsentRecord& record) {
  Pseudonym subject = crypto::RandomId<Pseudonym>();
  if (!o.subject.empty()) {
    AMANA_ASSIGN_OR_RETURN(subject, HexOption<Pseudonym>("--subject", o.subject));
  }
  ConsentId id = crypto::RandomId<ConsentId>();
  if (!o.id.empty()) {
    AMANA_ASSIGN_OR_RETURN(id, HexOption<ConsentId>("--id", o.id));
  }
  if (o.version > 1 && (o.id.empty() || o.subject.empty())) {
    return UsageError("--version-number", "a further version needs --id and --subject");
  }
  record.set_consent_id(id.bytes());
  record.set_subject_pseudonym(subject.bytes());
  record.set_version(o.version);
  return absl::OkStatus();
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(v1::ConsentRecord record,
                         MakeConsent(o.consent, "--", context.clock().Now()));
  if (record.purposes().empty()) return UsageError("--purpose", "expected a purpose or --service");
  if (record.categories().empty()) {
    return UsageError("--category", "expected a category or --service");
  }
  if (record.recipients().empty() && record.recipient_kinds().empty()) {
    return UsageError("--recipient", "expected a recipient, or a kind with --recipient-kind");
  }
  AMANA_RETURN_IF_ERROR(SetIds(o, record));
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueConsent(record));
  const std::string name =
      ToString(*ConsentId::FromBytes(record.consent_id()), record.version(), queued.digest);
  Report report;
  report.text = "consent " + name + "\nsubject " + ToHex(record.subject_pseudonym()) + "\n";
  report.json = {{"consent", name},
                 {"consent_id", ToHex(record.consent_id())},
                 {"version", record.version()},
                 {"digest", queued.digest.hex()},
                 {"subject", ToHex(record.subject_pseudonym())},
                 {"valid_until", Rfc3339Millis(record.valid_until_unix_ms())}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterConsentGrant(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "grant", "Register a consent that a person gave",
      "  amana consent grant --service ACCOMMODATION --recipient shelter-a/intake \\\n"
      "      --method WRITTEN --language swa --evidence form.pdf --valid-for 30d\n"
      "The answer names the consent for `amana referral new --consent`, and the pseudonym that\n"
      "stands for the person: keep both in the case file.\n",
      [](CLI::App& command, Options& o) {
        AddConsentOptions(command, o.consent, "--", true);
        command.add_option("--subject", o.subject, "The person's pseudonym, 32 hex digits (new)");
        command.add_option("--id", o.id, "The consent's id, for a further version (new)");
        command.add_option("--version-number", o.version, "The version")
            ->capture_default_str()
            ->check(WholeNumber(1, std::numeric_limits<uint32_t>::max()));
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
