#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "base/status.h"

namespace amana::cli {
namespace {

Result Run(Context& context, const StepOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::HandoverDraft draft,
                         DraftOf(context, o, v1::HANDOVER_STATE_ABORTED));
  return TakeStep(context, draft, o.hold);
}

}  // namespace

void RegisterHandoverAbort(CLI::App& parent, Context& context) {
  AddCommand<StepOptions>(
      parent, context, "abort", "Break off a handover that is on the way; needs a person's key",
      "  amana handover abort 00112233445566778899aabbccddeeff --reason PERSON_DECLINED\n",
      [](CLI::App& command, StepOptions& o) { AddStepOptions(command, o, ReasonNames()); }, Run);
}

}  // namespace amana::cli
