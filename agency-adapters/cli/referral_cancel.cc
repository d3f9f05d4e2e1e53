#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"
#include "proto/codes/codes.h"

namespace amana::cli {
namespace {

struct Options {
  std::string referral, reason;
  bool hold = false;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const v1::Reason reason, CodeOption<v1::Reason>("--reason", o.reason));
  if (codes::KindOf(reason) != codes::ReasonKind::kCancel) {
    return UsageError("--reason",
                      "expected SENT_IN_ERROR, NO_LONGER_NEEDED, PERSON_WITHDREW or SUPERSEDED");
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         ReferralOption("referral", o.referral, identity->agency()));
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueCancellation(key, reason));
  Report report;
  report.text = "cancellation of " + sdk::ToString(key) + "\n";
  report.json = {{"referral", sdk::ToString(key)}, {"reason", o.reason}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterReferralCancel(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "cancel", "Take a referral back: what was disclosed is recalled",
      "  amana referral cancel 00112233445566778899aabbccddeeff --reason SENT_IN_ERROR\n",
      [](CLI::App& command, Options& o) {
        command.add_option("referral", o.referral, "AGENCY/ID/VERSION, or the id of an own one")
            ->required();
        command
            .add_option("--reason", o.reason,
                        "SENT_IN_ERROR, NO_LONGER_NEEDED, PERSON_WITHDREW or SUPERSEDED")
            ->required();
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
