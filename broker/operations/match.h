// Match: ranked candidates for a service, with the certificates to seal to and the entries they are
// from.
#ifndef AMANA_BROKER_OPERATIONS_MATCH_H_
#define AMANA_BROKER_OPERATIONS_MATCH_H_

#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// As routing::Rank orders them; units without a valid sealing certificate are left out.
// SERVICE_INVALID, COUNTY_INVALID, LANGUAGE_INVALID, ID_INVALID; SENDER_NOT_CALLER for another
// agency's unit; FIELD_INVALID.
absl::StatusOr<v1::MatchResponse> Match(const Context& context, const identity::Caller& caller,
                                        const v1::MatchRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_MATCH_H_
