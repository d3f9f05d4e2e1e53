#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "base/status.h"

namespace amana::cli {
namespace {

Result Run(Context& context, const StepOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::HandoverDraft draft,
                         DraftOf(context, o, v1::HANDOVER_STATE_RETURNED));
  return TakeStep(context, draft, o.hold);
}

}  // namespace

void RegisterHandoverReturn(CLI::App& parent, Context& context) {
  AddCommand<StepOptions>(
      parent, context, "return",
      "Give the person back who arrived and cannot be kept; needs a person's key",
      "  amana handover return police-a/00112233445566778899aabbccddeeff/1 --reason "
      "OUT_OF_MANDATE_AGE\n",
      [](CLI::App& command, StepOptions& o) { AddStepOptions(command, o, DeclineNames()); }, Run);
}

}  // namespace amana::cli
