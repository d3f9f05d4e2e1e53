#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/inbox_answer.h"

namespace amana::cli {
namespace {

struct Options {
  int64_t item = 0;
  bool hold = false;
};

Result Run(Context& context, const Options& o) {
  return Answer(context, o.item, o.hold, [&](sdk::Inbox& inbox, const sdk::Identity& identity) {
    return inbox.Accept(o.item, identity, context.clock());
  });
}

}  // namespace

void RegisterInboxAccept(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "accept",
      "Accept an item: the rest of the case is then released; needs a person's key",
      "  amana inbox accept 7\n  amana inbox watch --once      (to receive the rest)\n",
      [](CLI::App& command, Options& o) {
        command.add_option("item", o.item, "The item, as `amana inbox show` lists it")->required();
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
