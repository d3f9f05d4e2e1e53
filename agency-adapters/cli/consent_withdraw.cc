#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string consent, subject;
  bool hold = false;
};

// The pseudonym as given, or the consent's own.
absl::StatusOr<Pseudonym> SubjectOf(Context& context, const Options& o, const ConsentName& name) {
  if (!o.subject.empty()) return HexOption<Pseudonym>("--subject", o.subject);
  AMANA_ASSIGN_OR_RETURN(const FoundConsent found, FindConsent(context, name));
  return Pseudonym::FromBytes(found.record.subject_pseudonym());
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const ConsentName name, ConsentOption("consent", o.consent));
  AMANA_ASSIGN_OR_RETURN(const Pseudonym subject, SubjectOf(context, o, name));
  v1::Withdrawal withdrawal;
  withdrawal.set_consent_id(name.id.bytes());
  withdrawal.set_subject_pseudonym(subject.bytes());
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueWithdrawal(withdrawal));
  Report report;
  report.text = "withdrawal of consent " + name.id.hex() + "\n";
  report.json = {{"consent_id", name.id.hex()}, {"digest", queued.digest.hex()}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterConsentWithdraw(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "withdraw", "Withdraw a consent: nothing under it is delivered any more",
      "  amana consent withdraw 00112233445566778899aabbccddeeff\n",
      [](CLI::App& command, Options& o) {
        command.add_option("consent", o.consent, "The consent's id")->required();
        command.add_option("--subject", o.subject, "The person's pseudonym (the consent's own)");
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
