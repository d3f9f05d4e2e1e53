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
                         DraftOf(context, o.step, v1::HANDOVER_STATE_AGREED));
  if (draft.words.place().empty() || draft.words.officer().empty()) {
    return UsageError("--words", "must name the place and the officer who receives the person");
  }
  // Not given: the one that was offered.
  AMANA_ASSIGN_OR_RETURN(draft.window, WindowOf(o.window, context.clock()));
  return TakeStep(context, draft, o.step.hold);
}

}  // namespace

void RegisterHandoverAgree(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "agree",
      "Agree to receive the person, and say where, when and who receives them; needs a person's "
      "key",
      "  amana handover agree police-a/00112233445566778899aabbccddeeff/1 --words words.json\n"
      "  amana handover agree police-a/00112233445566778899aabbccddeeff/1 --words words.json "
      "--from 3h --until 6h\n",
      [](CLI::App& command, Options& o) {
        AddStepOptions(command, o.step);
        AddWindowOptions(command, o.window);
        command.get_option("--words")->required();
      },
      Run);
}

}  // namespace amana::cli
