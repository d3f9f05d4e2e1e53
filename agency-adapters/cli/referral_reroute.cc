#include <optional>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/referral_offer.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/coordination.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  OfferOptions offer;
  std::string to;
  bool hold = false;
};

Result Run(Context& context, const Options& o) {
  std::optional<Address> recipient;
  if (!o.to.empty()) {
    AMANA_ASSIGN_OR_RETURN(recipient, AddressOption("--to", o.to));
  }
  AMANA_ASSIGN_OR_RETURN(const FoundOffer found, FindOffer(context, o.offer));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::Coordination coordination(*identity, *mailbox, context.clock());
  AMANA_ASSIGN_OR_RETURN(
      const int64_t entry,
      coordination.Reroute(found.key, o.offer.task, found.task.offer_epoch(), recipient));
  Report report;
  report.text =
      "reroute of " + sdk::ToString(found.key) + ", task " + std::to_string(o.offer.task) + "\n";
  report.json = {{"referral", sdk::ToString(found.key)}, {"task", o.offer.task}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterReferralReroute(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "reroute",
      "Have a service that was declined, failed or ran out of time asked of somebody else; what "
      "the "
      "last one was given is recalled first. Needs a person's key",
      "  amana referral reroute 00112233445566778899aabbccddeeff\n"
      "  amana referral reroute 00112233445566778899aabbccddeeff --task 1 --to shelter-b/home\n",
      [](CLI::App& command, Options& o) {
        AddOfferOptions(command, o.offer);
        command.add_option("--to", o.to, "AGENCY/UNIT; default: the next candidate");
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
