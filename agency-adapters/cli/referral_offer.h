// A task of an own referral as the broker has it, for the commands that change its offer.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_REFERRAL_OFFER_H_
#define AMANA_AGENCY_ADAPTERS_CLI_REFERRAL_OFFER_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/cli/context.h"
#include "amana/v1/referral_service.pb.h"
#include "base/ids.h"

namespace amana::cli {

struct OfferOptions {
  std::string referral;
  uint32_t task = 0;
};
void AddOfferOptions(CLI::App& command, OfferOptions& options);

struct FoundOffer {
  StatementKey key;
  std::string header_digest;
  v1::TaskStatus task;
};
// Asks the broker. USAGE_INVALID; NOT_FOUND for a task that the referral has not.
absl::StatusOr<FoundOffer> FindOffer(Context& context, const OfferOptions& options);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_REFERRAL_OFFER_H_
