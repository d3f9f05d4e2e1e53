#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/task_text.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string referral;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         ReferralOption("referral", o.referral, identity->agency()));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::GetReferralRequest request;
  *request.mutable_referral() = sdk::ToWire(key);
  AMANA_ASSIGN_OR_RETURN(const v1::GetReferralResponse response,
                         client->Call(sdk::kGetReferral, request));
  Report report;
  report.json = ToJson(response.summary());
  report.json["tasks"] = Json::array();
  report.text =
      report.json["referral"].get<std::string>() + ": " + report.json["state"].get<std::string>() +
      ", " + report.json["urgency"].get<std::string>() + ", expires " +
      report.json["expires"].get<std::string>() + "\n" +
      "reference for `amana override`: " + report.json["reference"].get<std::string>() + "\n";
  for (const v1::TaskStatus& task : response.tasks()) {
    report.json["tasks"].push_back(ToJson(task));
    report.text += ToText(task);
  }
  return report;
}

}  // namespace

void RegisterReferralStatus(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "status", "What became of a referral, task by task",
      "  amana referral status 00112233445566778899aabbccddeeff\n"
      "  amana referral status police-a/00112233445566778899aabbccddeeff/2 --json\n",
      [](CLI::App& command, Options& o) {
        command.add_option("referral", o.referral, "AGENCY/ID/VERSION, or the id of an own one")
            ->required();
      },
      Run);
}

}  // namespace amana::cli
