#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/fresh_sealing.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string referral;
  std::vector<std::string> to;
  bool hold = false;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         ReferralOption("referral", o.referral, identity->agency()));
  std::vector<Address> recipients;
  for (const std::string& text : o.to) {
    AMANA_ASSIGN_OR_RETURN(Address address, AddressOption("--to", text));
    recipients.push_back(std::move(address));
  }
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  for (const Address& address : recipients) {
    const absl::Status fresh = sdk::FreshSealing(*sender, address, "--to").status();
    // Held back, it is sealed by what is remembered, and the broker judges.
    if (!o.hold || !absl::IsUnavailable(fresh)) AMANA_RETURN_IF_ERROR(fresh);
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueWraps(key, recipients));
  Report report;
  report.text =
      "sealed " + sdk::ToString(key) + " for " + std::to_string(recipients.size()) + " more\n";
  report.json = {{"referral", sdk::ToString(key)}, {"sealed_to", o.to}};
  PutHeaderOnly(queued.header_only, report);
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterReferralWrap(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "wrap",
      "Seal a referral for further recipients: for whom the broker has chosen (NEEDS_WRAP), or "
      "before "
      "it asks",
      "  amana referral wrap 00112233445566778899aabbccddeeff --to shelter-b/home\n",
      [](CLI::App& command, Options& o) {
        command.add_option("referral", o.referral, "AGENCY/ID/VERSION, or the id of an own one")
            ->required();
        command.add_option("--to", o.to, "AGENCY/UNIT")->required()->delimiter(',');
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
