#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "base/status.h"

namespace amana::cli {
namespace {

Result Run(Context& context, const StepOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::HandoverDraft draft,
                         DraftOf(context, o, v1::HANDOVER_STATE_WITHDRAWN));
  return TakeStep(context, draft, o.hold);
}

}  // namespace

void RegisterHandoverWithdraw(CLI::App& parent, Context& context) {
  AddCommand<StepOptions>(
      parent, context, "withdraw",
      "Take the handover back before the person is on the way; needs a person's key",
      "  amana handover withdraw 00112233445566778899aabbccddeeff --reason PERSON_WITHDREW\n",
      [](CLI::App& command, StepOptions& o) { AddStepOptions(command, o, ReasonNames()); }, Run);
}

}  // namespace amana::cli
