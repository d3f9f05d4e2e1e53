// Wrap grants as Submit and AddWraps take them.
#ifndef AMANA_BROKER_OPERATIONS_GRANTS_H_
#define AMANA_BROKER_OPERATIONS_GRANTS_H_

#include "absl/status/statusor.h"
#include "amana/v1/referral.pb.h"
#include "broker/delivery/consent_check.h"
#include "broker/identity/caller.h"
#include "broker/store/records.h"
#include "proto/envelope/grant.h"

namespace amana::operations {

// `statement` is what envelope::CheckGrant made of `grant`. Checks what needs the registry: the
// recipient's certificate (WRAP_RECIPIENT_MISMATCH), and for a grant that is no companion its
// signer and signature (VerifySigner).
absl::StatusOr<store::GrantRecord> CheckedGrant(const delivery::Moment& moment,
                                                const identity::Caller& caller,
                                                const envelope::GrantStatement& statement,
                                                const v1::Grant& grant);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_GRANTS_H_
