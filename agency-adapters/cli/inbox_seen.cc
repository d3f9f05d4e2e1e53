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
    return inbox.MarkSeen(o.item, identity, context.clock());
  });
}

}  // namespace

void RegisterInboxSeen(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "seen", "Say that a person has read an item; needs a person's key",
      "  amana inbox seen 7\n",
      [](CLI::App& command, Options& o) {
        AddItemOption(command, o.item, "The item, as `amana inbox show` lists it")->required();
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
