// Where a task of a new referral starts that names no recipient but asks for a route.
#ifndef AMANA_BROKER_OPERATIONS_START_ON_ROUTE_H_
#define AMANA_BROKER_OPERATIONS_START_ON_ROUTE_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "amana/v1/referral.pb.h"
#include "broker/delivery/consent_check.h"
#include "broker/store/store.h"
#include "proto/envelope/candidate_order.h"

namespace amana::operations {

// A referral that is being accepted.
struct NewReferral {
  const v1::ReferralHeader& header;
  codes::CategorySet categories;
  const std::vector<store::Grantee>& grantees;
  const std::optional<envelope::Candidates>& order;  // where one came with it
};

// Gives `task`, whose key and service are known, its first state and its clock; returns the
// certificate that it is wrapped for where that is ROUTED. Where the directory cannot be read the
// task rests in SUBMITTED and is tried again: what is wrong with the broker is no reason to refuse
// a referral.
absl::StatusOr<CertId> StartOnRoute(const store::Snapshot& snapshot, const delivery::Moment& moment,
                                    const NewReferral& referral, store::TaskRecord& task);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_START_ON_ROUTE_H_
