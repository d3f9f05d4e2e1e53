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
  size_t count = 0;
};

// Each item is shown when it is kept, so a program can read line by line.
sdk::ReceiverOptions Showing(Context& context) {
  sdk::ReceiverOptions options;
  options.on_item = [&context](const sdk::InboxItem& item) {
    context.world().out << (context.json ? Dump(ToJson(item)) : ToLine(item)) << std::flush;
  };
  return options;
}

absl::StatusOr<sdk::ReceiveReport> Receive(sdk::Receiver& receiver, absl::Duration timeout,
                                           size_t count) {
  if (count == 0) return receiver.RunOnce(timeout);
  return receiver.RunOnce(timeout, absl::InfiniteDuration(), count);
}

Result Once(sdk::Receiver& receiver, absl::Duration timeout, size_t count) {
  AMANA_ASSIGN_OR_RETURN(const sdk::ReceiveReport done, Receive(receiver, timeout, count));
  Report report;
  const bool missed = done.received + done.recalls < count;
  report.exit_code = done.failed > 0 || missed ? kExitRefused : kExitDone;
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
  if (o.count > 0 && !o.once) return UsageError("--count", "only with --once");
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::Receiver receiver(*identity, *client, *mailbox, context.clock(), Showing(context));
  if (o.once) return Once(receiver, timeout, o.count);
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
      "  amana inbox watch --once --count 1         (waits for one; exit 1 if none came in time)\n"
      "With --json each item is a line of its own, and so is the count at the end.\n",
      [](CLI::App& command, Options& o) {
        command.add_flag("--once", o.once, "Take what is there, then end");
        command.add_option("--timeout", o.timeout, "At most so long, with --once")
            ->capture_default_str();
        command.add_option("--count", o.count,
                           "With --once: end when so many came or were recalled, and not before");
      },
      Run);
}

}  // namespace amana::cli
