#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_options.h"
#include "agency-adapters/cli/handover_text.h"
#include "agency-adapters/cli/handover_words.h"
#include "base/ids.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  HandoverOption handover;
  bool words = false;
  bool code = false;
};

// What is sealed to others stays so; that is no error of the command's.
void AddWords(sdk::Handovers& handovers, const sdk::HandoverView& view,
              const sdk::VerifiedStep& step, Report& report, Json& json) {
  if (step.statement.message.note_sha256().empty()) return;
  const auto words = handovers.Words(view, step);
  if (!words.ok()) {
    json["words_refused"] = ErrorReason(words.status());
    report.text += "    its words were not given: " + ErrorReason(words.status()) + "\n";
    if (ExitCodeOf(words.status()) == kExitUnverified) report.exit_code = kExitUnverified;
    return;
  }
  json["words"] = ToJson(*words);
  for (const auto& [name, text] : json["words"].items()) {
    report.text += "    " + name + ": " + Shown(text.get<std::string>()) + "\n";
  }
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::HandoverName name, NameOf(context, o.handover));
  AMANA_ASSIGN_OR_RETURN(sdk::Handovers * handovers, context.handovers());
  AMANA_ASSIGN_OR_RETURN(const sdk::SeenHandover seen, handovers->Get(name));
  const sdk::HandoverView& view = seen.view;
  Report report{SummaryLine(view), SummaryJson(view)};
  if (seen.stale) {
    report.text += "  as it was seen last: the broker cannot be reached now\n";
  }
  report.json["stale"] = seen.stale;
  report.text +=
      "  window " + Rfc3339(view.window_from) + " to " + Rfc3339(view.window_until) + "\n";
  report.json["steps"] = Json::array();
  for (const sdk::VerifiedStep& step : view.steps) {
    report.text += "  " + StepLine(step);
    Json json = StepJson(step);
    if (o.words) AddWords(*handovers, view, step, report, json);
    report.json["steps"].push_back(std::move(json));
  }
  if (const std::string next = NextLine(view); !next.empty()) {
    report.text += "  next: " + next + "\n";
    report.json["next"] = next;
  }
  if (o.code) {
    AMANA_ASSIGN_OR_RETURN(const std::string code, handovers->Code(view));
    report.text += "  code for the escort: " + GroupedCode(code) + "\n";
    report.json["code"] = code;
  }
  return report;
}

}  // namespace

void RegisterHandoverShow(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "show", "A handover, step by step, each signature verified here",
      "  amana handover show 00112233445566778899aabbccddeeff\n"
      "  amana handover show police-a/00112233445566778899aabbccddeeff/1 --words\n",
      [](CLI::App& command, Options& o) {
        AddHandoverOption(command, o.handover);
        command.add_flag("--words", o.words,
                         "With place, officer, escort and texts, where they are sealed to this "
                         "unit; that it read them is logged");
        command.add_flag("--code", o.code, "With the code that this side gave to the escort");
      },
      Run);
}

}  // namespace amana::cli
