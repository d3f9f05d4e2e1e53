#include <algorithm>
#include <string>
#include <vector>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  StepOptions step;
  std::vector<std::string> corrected;
  std::string arrived;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(sdk::HandoverDraft draft,
                         DraftOf(context, o.step, v1::HANDOVER_STATE_CORRECTED));
  AMANA_ASSIGN_OR_RETURN(draft.corrected,
                         CodeOptions<v1::HandoverDetail>("--corrected", o.corrected));
  std::ranges::sort(draft.corrected);
  if (draft.corrected.empty() && (!o.step.reason.empty() || !o.arrived.empty())) {
    return UsageError("--corrected", "say what is corrected, or nothing at all to agree");
  }
  if (!draft.corrected.empty() && o.step.reason.empty()) {
    return UsageError("--reason", "a correction has a reason");
  }
  if (!o.arrived.empty()) {
    AMANA_ASSIGN_OR_RETURN(draft.arrived, TimeOption("--arrived", o.arrived));
  }
  return TakeStep(context, draft, o.step.hold);
}

}  // namespace

void RegisterHandoverCorrect(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "correct",
      "Correct what was signed wrongly of a handover that is over: it counts once both have "
      "signed. Without --corrected: agree to what the other side proposed. Needs a person's key",
      "  amana handover correct police-a/00112233445566778899aabbccddeeff/1 --corrected PLACE "
      "--reason OTHER --words words.json\n"
      "  amana handover correct police-a/00112233445566778899aabbccddeeff/1 --corrected TIME "
      "--arrived 2031-02-02T09:30:00+03:00 \\\n"
      "      --reason SENT_IN_ERROR\n"
      "  amana handover correct 00112233445566778899aabbccddeeff\n",
      [](CLI::App& command, Options& o) {
        AddStepOptions(command, o.step, ReasonNames());
        command.get_option("--reason")->required(false);
        command
            .add_option("--corrected", o.corrected,
                        NamesOf(*google::protobuf::GetEnumDescriptor<v1::HandoverDetail>()))
            ->delimiter(',');
        command.add_option("--arrived", o.arrived, "With TIME: when the person arrived");
      },
      Run);
}

}  // namespace amana::cli
