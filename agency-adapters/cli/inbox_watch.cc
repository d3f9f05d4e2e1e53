#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/inbox_text.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/receiver.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  bool once = false;
  std::string timeout = "60s";
};

// Each item is shown when it is kept, so a program can read line by line.
sdk::ReceiverOptions Showing(Context& context) {
  sdk::ReceiverOptions options;
  options.on_item = [&context](const sdk::InboxItem& item) {
    context.world().out << (context.json ? Dump(ToJson(item)) : ToLine(item)) << std::flush;
  };
  return options;
}

Result Once(sdk::Receiver& receiver, absl::Duration timeout) {
  AMANA_ASSIGN_OR_RETURN(const sdk::ReceiveReport done, receiver.RunOnce(timeout));
  Report report;
  report.exit_code = done.failed > 0 ? kExitRefused : kExitDone;
  report.text = std::to_string(done.received) + " received, " + std::to_string(done.recalls) +
                " recalled, " + std::to_string(done.failed) + " failed, " +
                std::to_string(done.acknowledged) + " acknowledged\n";
  report.json = {{"received", done.received},
                 {"duplicates", done.duplicates},
                 {"recalls", done.recalls},
                 {"failed", done.failed},
                 {"acknowledged", done.acknowledged}};
  return report;
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const absl::Duration timeout, DurationOption("--timeout", o.timeout));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::Receiver receiver(*identity, *client, *mailbox, context.clock(), Showing(context));
  if (o.once) return Once(receiver, timeout);
  AMANA_RETURN_IF_ERROR(receiver.Run(context.world().stop));
  return Report{};
}

}  // namespace

void RegisterInboxWatch(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "watch", "Receive, acknowledge and name what arrives, until interrupted",
      "  amana inbox watch\n"
      "  amana inbox watch --json | while read -r item; do notify \"$item\"; done\n"
      "  amana inbox watch --once --timeout 2m      (from a timer)\n"
      "With --json each item is a line of its own, and so is the count at the end.\n",
      [](CLI::App& command, Options& o) {
        command.add_flag("--once", o.once, "Take what is there, then end");
        command.add_option("--timeout", o.timeout, "At most so long, with --once")
            ->capture_default_str();
      },
      Run);
}

}  // namespace amana::cli
