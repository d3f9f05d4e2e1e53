#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  StepOptions step;
  std::string exit;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(sdk::HandoverDraft draft,
                         DraftOf(context, o.step, v1::HANDOVER_STATE_ENDED));
  AMANA_ASSIGN_OR_RETURN(draft.exit, CodeOption<v1::ExitCode>("--exit", o.exit));
  return TakeStep(context, draft, o.step.hold);
}

}  // namespace

void RegisterHandoverEnd(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "end",
      "Say that care ended after the handover: a signed exit. Needs a person's key",
      "  amana handover end police-a/00112233445566778899aabbccddeeff/1 --exit CARE_ENDED\n",
      [](CLI::App& command, Options& o) {
        AddStepOptions(command, o.step);
        command
            .add_option("--exit", o.exit,
                        NamesOf(*google::protobuf::GetEnumDescriptor<v1::ExitCode>()))
            ->required();
      },
      Run);
}

}  // namespace amana::cli
