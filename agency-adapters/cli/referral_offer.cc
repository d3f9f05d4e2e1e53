#include "agency-adapters/cli/referral_offer.h"

#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"

namespace amana::cli {

void AddOfferOptions(CLI::App& command, OfferOptions& options) {
  command.add_option("referral", options.referral, "AGENCY/ID/VERSION, or the id of an own one")
      ->required();
  command.add_option("--task", options.task, "Which of its services, from 0")
      ->capture_default_str()
      ->check(CLI::Range(0, 15));
}

absl::StatusOr<FoundOffer> FindOffer(Context& context, const OfferOptions& options) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  FoundOffer found;
  AMANA_ASSIGN_OR_RETURN(found.key,
                         ReferralOption("referral", options.referral, identity->agency()));
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::GetReferralRequest request;
  *request.mutable_referral() = sdk::ToWire(found.key);
  AMANA_ASSIGN_OR_RETURN(const v1::GetReferralResponse response,
                         client->Call(sdk::kGetReferral, request));
  found.header_digest = response.summary().header_digest();
  for (const v1::TaskStatus& task : response.tasks()) {
    if (task.task() != options.task) continue;
    found.task = task;
    return found;
  }
  return UsageError("--task", "the referral has no such task");
}

}  // namespace amana::cli
