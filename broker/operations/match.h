// Match: registered recipients for a service, with the certificates to seal to.
#ifndef AMANA_BROKER_OPERATIONS_MATCH_H_
#define AMANA_BROKER_OPERATIONS_MATCH_H_

#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// SERVICE_INVALID, COUNTY_INVALID. Units without a valid sealing certificate are left out.
absl::StatusOr<v1::MatchResponse> Match(const Context& context, const v1::MatchRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_MATCH_H_
