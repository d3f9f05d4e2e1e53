#ifndef AMANA_BROKER_MAIN_FSCK_H_
#define AMANA_BROKER_MAIN_FSCK_H_

#include "absl/status/statusor.h"
#include "broker/audit/custody_check.h"
#include "broker/main/config.h"

namespace amana::broker {

// Opens the store of a broker that is not running and checks that for everybody exactly one unit is
// responsible, the one that the log says. ALREADY_RUNNING while the broker runs; errors of
// OpenEmbeddedStore and CheckCustody.
absl::StatusOr<audit::CustodyFindings> CheckStore(const Config& config);

}  // namespace amana::broker

#endif  // AMANA_BROKER_MAIN_FSCK_H_
