#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "base/status.h"

namespace amana::cli {
namespace {

Result Run(Context& context, const StepOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::HandoverDraft draft,
                         DraftOf(context, o, v1::HANDOVER_STATE_DECLINED));
  return TakeStep(context, draft, o.hold);
}

}  // namespace

void RegisterHandoverDecline(CLI::App& parent, Context& context) {
  AddCommand<StepOptions>(
      parent, context, "decline",
      "Decline to receive the person now, with a coded reason; needs a person's key",
      "  amana handover decline police-a/00112233445566778899aabbccddeeff/1 --reason NO_CAPACITY\n",
      [](CLI::App& command, StepOptions& o) { AddStepOptions(command, o, DeclineNames()); }, Run);
}

}  // namespace amana::cli
