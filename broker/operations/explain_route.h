// ExplainRoute: who would receive which sections, and what stands in the way. Sends nothing.
#ifndef AMANA_BROKER_OPERATIONS_EXPLAIN_ROUTE_H_
#define AMANA_BROKER_OPERATIONS_EXPLAIN_ROUTE_H_

#include "amana/v1/referral_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// The decision of a referral that said this, for one recipient or for all that Match finds, as
// everybody may read it: an exclusion reads as what the consent does not cover. The question is an
// event (its detail the request's digest), durable before the answer. Overrides are answered as
// nobody had approved them: approvals are of a header that was signed.
//
// Errors: FIELD_INVALID, SENDER_NOT_CALLER, RECIPIENT_UNKNOWN, CLOCK_NOT_TRUSTED.
void ExplainRoute(const Context& context, const identity::Caller& caller,
                  const v1::ExplainRouteRequest& request, Reply<v1::ExplainRouteResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_EXPLAIN_ROUTE_H_
