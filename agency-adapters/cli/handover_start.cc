#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  StepOptions step;
  WindowOptions window;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(sdk::HandoverDraft draft,
                         DraftOf(context, o.step, v1::HANDOVER_STATE_IN_TRANSIT));
  if (draft.words.escort().empty()) {
    return UsageError("--words", "must name the escort, and who accompanies a minor (companion)");
  }
  AMANA_ASSIGN_OR_RETURN(draft.window, WindowOf(o.window, context.clock()));
  return TakeStep(context, draft, o.step.hold);
}

}  // namespace

void RegisterHandoverStart(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "start",
      "Say that the person is on the way; prints the code for the escort. Needs a person's key",
      "  amana handover start 00112233445566778899aabbccddeeff --words escort.json\n"
      "  amana handover start 00112233445566778899aabbccddeeff --words escort.json --from 1h "
      "--until 4h\n",
      [](CLI::App& command, Options& o) {
        AddStepOptions(command, o.step);
        AddWindowOptions(command, o.window);
        command.get_option("--words")->required();
      },
      Run);
}

}  // namespace amana::cli
