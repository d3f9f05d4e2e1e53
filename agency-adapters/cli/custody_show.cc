#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/handover_text.h"
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
  v1::GetCustodyRequest request;
  *request.mutable_referral() = sdk::ToWire(key);
  AMANA_ASSIGN_OR_RETURN(const v1::GetCustodyResponse custody,
                         client->Call(sdk::kGetCustody, request));
  return Report{ToText(custody), ToJson(custody)};
}

}  // namespace

void RegisterCustodyShow(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "show", "Who answers for the person of a referral, and where they are",
      "  amana custody show 00112233445566778899aabbccddeeff\n",
      [](CLI::App& command, Options& o) {
        command.add_option("referral", o.referral, "AGENCY/ID/VERSION, or the id of an own one")
            ->required();
      },
      Run);
}

}  // namespace amana::cli
