// ListDisclosures: who saw the person's data, under one consent.
#ifndef AMANA_BROKER_OPERATIONS_LIST_DISCLOSURES_H_
#define AMANA_BROKER_OPERATIONS_LIST_DISCLOSURES_H_

#include "absl/status/statusor.h"
#include "amana/v1/consent_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// One for each delivery that left the broker, in the order of the referrals' acceptance; told from
// the log's events, so that it says what the evidence says. A lease rests on the consent that the
// header pins until its sender attaches another. Nothing tells that there are others, under other
// consents. For the agency that recorded the consent, which answers to the person; to everybody
// else NOT_FOUND. Errors: FIELD_INVALID, PAGE_TOKEN_INVALID.
absl::StatusOr<v1::ListDisclosuresResponse> ListDisclosures(
    const Context& context, const identity::Caller& caller,
    const v1::ListDisclosuresRequest& request);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_LIST_DISCLOSURES_H_
