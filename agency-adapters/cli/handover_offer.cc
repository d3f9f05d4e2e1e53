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
                         DraftOf(context, o.step, v1::HANDOVER_STATE_OFFERED));
  AMANA_ASSIGN_OR_RETURN(draft.window, WindowOf(o.window, context.clock()));
  return TakeStep(context, draft, o.step.hold);
}

}  // namespace

void RegisterHandoverOffer(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "offer",
      "Offer to hand the person of an accepted referral over; needs a person's key",
      "  amana handover offer 00112233445566778899aabbccddeeff --from 2h --until 5h\n"
      "  amana handover offer 00112233445566778899aabbccddeeff --task 1 --from "
      "2031-02-02T08:00:00+03:00 \\\n"
      "      --until 2031-02-02T12:00:00+03:00 --words words.json\n",
      [](CLI::App& command, Options& o) {
        AddStepOptions(command, o.step);
        AddWindowOptions(command, o.window)->required();
      },
      Run);
}

}  // namespace amana::cli
