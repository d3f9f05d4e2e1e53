#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/inbox_answer.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  int64_t item = 0;
  bool hold = false;
};

// The broker would refuse it for good.
absl::Status CheckSeen(sdk::Inbox& inbox, int64_t id) {
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, inbox.Get(id));
  const bool offered = item.key.stage == v1::DISCLOSURE_STAGE_AT_OFFER && item.key.update == 0;
  if (!offered || item.state != sdk::InboxState::kReceived) return absl::OkStatus();
  return MakeError(absl::StatusCode::kFailedPrecondition, "NOT_SEEN", "item",
                   "nobody has said yet that they have read it");
}

Result Run(Context& context, const Options& o) {
  return Answer(context, o.item, o.hold,
                [&](sdk::Inbox& inbox, const sdk::Identity& identity) -> absl::StatusOr<int64_t> {
                  AMANA_RETURN_IF_ERROR(CheckSeen(inbox, o.item));
                  return inbox.Accept(o.item, identity, context.clock());
                });
}

}  // namespace

void RegisterInboxAccept(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "accept",
      "Accept an item that was seen: the rest of the case is then released; needs a person's key",
      "  amana inbox seen 7\n  amana inbox accept 7\n  amana inbox watch --once      (to receive "
      "the rest)\n",
      [](CLI::App& command, Options& o) {
        AddItemOption(command, o.item, "The item, as `amana inbox show` lists it")->required();
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
