#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "base/status.h"

namespace amana::cli {
namespace {

Result Run(Context& context, const StepOptions& o) {
  AMANA_ASSIGN_OR_RETURN(sdk::HandoverDraft draft, DraftOf(context, o, v1::HANDOVER_STATE_NO_SHOW));
  draft.reason = v1::REASON_NO_SHOW;
  return TakeStep(context, draft, o.hold);
}

}  // namespace

void RegisterHandoverNoShow(CLI::App& parent, Context& context) {
  AddCommand<StepOptions>(
      parent, context, "no-show",
      "Say that nobody came in the window and its grace; needs a person's key",
      "  amana handover no-show police-a/00112233445566778899aabbccddeeff/1\n",
      [](CLI::App& command, StepOptions& o) { AddStepOptions(command, o); }, Run);
}

}  // namespace amana::cli
