#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  StepOptions step;
  std::string code;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(sdk::HandoverDraft draft,
                         DraftOf(context, o.step, v1::HANDOVER_STATE_ARRIVED));
  draft.code = o.code;
  return TakeStep(context, draft, o.step.hold);
}

}  // namespace

void RegisterHandoverArrive(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "arrive",
      "Say that the person arrived, with the code that the escort shows; needs a person's key",
      "  amana handover arrive police-a/00112233445566778899aabbccddeeff/1 --code 4FZK-9Q2M-7X10\n",
      [](CLI::App& command, Options& o) {
        AddStepOptions(command, o.step);
        command.add_option("--code", o.code, "As the escort reads it out: 12 letters and digits")
            ->required();
      },
      Run);
}

}  // namespace amana::cli
