#include "agency-adapters/cli/call_options.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/inbox_answer.h"
#include "agency-adapters/sdk/coordination.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  int64_t item = 0;
  CallOptions call;
  bool hold = false;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(v1::CallRecord call, CallOf(o.call, context.clock().Now()));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  return Answer(
      context, o.item, o.hold,
      [&](sdk::Inbox& inbox, const sdk::Identity& identity) -> absl::StatusOr<int64_t> {
        AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, inbox.Get(o.item));
        *call.mutable_referral() = sdk::ToWire(item.key.referral);
        call.set_header_digest(item.header_digest.bytes());
        call.set_task(item.key.task);
        call.set_offer_epoch(item.key.offer_epoch);
        *call.mutable_by() = sdk::ToWire(item.recipient);
        *call.mutable_called() = sdk::ToWire(Address{item.key.referral.sender, item.sender_unit});
        return sdk::Coordination(identity, *mailbox, context.clock()).RecordCall(std::move(call));
      });
}

}  // namespace

void RegisterInboxCall(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "call",
      "Record that the sender was called about an item, as an IMMEDIATE one needs; a person's key",
      "  amana inbox call 7 --outcome WILL_TAKE\n"
      "  amana inbox call 7 --outcome NOT_REACHED --at 2031-02-02T08:00:00+03:00\n",
      [](CLI::App& command, Options& o) {
        AddItemOption(command, o.item, "The item, as `amana inbox show` lists it")->required();
        AddCallOptions(command, o.call);
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
