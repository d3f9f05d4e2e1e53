#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string delivery, reason;
  bool hold = false;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::DeliveryKey key, DeliveryOption("delivery", o.delivery));
  AMANA_ASSIGN_OR_RETURN(const v1::Reason reason, CodeOption<v1::Reason>("--reason", o.reason));
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  v1::Redrive redrive;
  *redrive.mutable_delivery() = sdk::ToWire(key);
  redrive.set_reason(reason);
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueRedrive(redrive));
  Report report;
  report.text = "redrive of " + DeliveryName(key) + "\n";
  report.json = {{"delivery", DeliveryName(key)}, {"reason", o.reason}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterAdminRedrive(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "redrive",
      "Queue a dead letter again; consent is decided anew. Needs an operator's key",
      "  amana admin redrive police-a/0011...eeff/1:0:1:AT_OFFER --reason NATIVE_SCHEMA\n",
      [](CLI::App& command, Options& o) {
        command.add_option("delivery", o.delivery, "As `amana admin dead-letters` prints it")
            ->required();
        command.add_option("--reason", o.reason, "The error that was mended, a coded reason")
            ->required();
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
