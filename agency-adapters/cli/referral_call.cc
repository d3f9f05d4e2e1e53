#include "agency-adapters/cli/call_options.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/referral_offer.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/sdk/coordination.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  OfferOptions offer;
  CallOptions call;
  bool hold = false;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(v1::CallRecord call, CallOf(o.call, context.clock().Now()));
  AMANA_ASSIGN_OR_RETURN(const FoundOffer found, FindOffer(context, o.offer));
  if (!found.task.has_recipient()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "NO_OFFER", "--task",
                     "it is with nobody who could be called");
  }
  *call.mutable_referral() = sdk::ToWire(found.key);
  call.set_header_digest(found.header_digest);
  call.set_task(o.offer.task);
  call.set_offer_epoch(found.task.offer_epoch());
  *call.mutable_called() = found.task.recipient();
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const int64_t entry,
                         sdk::Coordination(*identity, *mailbox, context.clock()).RecordCall(call));
  Report report;
  report.text = "call about " + sdk::ToString(found.key) + "\n";
  report.json = {
      {"referral", sdk::ToString(found.key)}, {"task", o.offer.task}, {"outcome", o.call.outcome}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterReferralCall(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "call",
      "Record that the recipient was called, as an IMMEDIATE referral needs within a quarter of "
      "its "
      "time; a person's key",
      "  amana referral call 00112233445566778899aabbccddeeff --outcome WILL_READ\n"
      "  amana referral call 00112233445566778899aabbccddeeff --outcome NOT_REACHED --person "
      "worker-1\n",
      [](CLI::App& command, Options& o) {
        AddOfferOptions(command, o.offer);
        AddCallOptions(command, o.call);
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
