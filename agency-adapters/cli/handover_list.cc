#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_text.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  bool open = false;
};

std::string Cell(const Json& json, const char* name) { return json[name].get<std::string>(); }

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(sdk::Handovers * handovers, context.handovers());
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::HandoverSummary> found, handovers->List(o.open));
  Table table({"REFERRAL", "TASK", "ATTEMPT", "STATE", "FROM", "TO", "UNTIL", "SIGNED BY"});
  Report report;
  report.json = Json::array();
  for (const v1::HandoverSummary& summary : found) {
    Json json = ToJson(summary);
    table.Add({Cell(json, "referral"), json["task"].dump(), json["attempt"].dump(),
               Cell(json, "state"), Cell(json, "responsible"), Cell(json, "recipient"),
               Cell(json["window"], "until"), json.value("signed_by", "")});
    report.json.push_back(std::move(json));
  }
  report.text = found.empty() ? "no handovers\n" : table.Text();
  return report;
}

}  // namespace

void RegisterHandoverList(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "list", "Handovers of this agency, newest first, as the broker has them",
      "  amana handover list --open\n",
      [](CLI::App& command, Options& o) {
        command.add_flag("--open", o.open, "Only those in which something is still to be done");
      },
      Run);
}

}  // namespace amana::cli
