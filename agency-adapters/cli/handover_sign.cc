#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "base/status.h"

namespace amana::cli {
namespace {

Result Run(Context& context, const StepOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::HandoverDraft draft,
                         DraftOf(context, o, v1::HANDOVER_STATE_CUSTODY_TRANSFERRED));
  return TakeStep(context, draft, o.hold);
}

}  // namespace

void RegisterHandoverSign(CLI::App& parent, Context& context) {
  AddCommand<StepOptions>(
      parent, context, "sign",
      "Sign that custody moves: it does once both sides have. Needs a person's key",
      "  amana handover sign police-a/00112233445566778899aabbccddeeff/1\n",
      [](CLI::App& command, StepOptions& o) { AddStepOptions(command, o); }, Run);
}

}  // namespace amana::cli
