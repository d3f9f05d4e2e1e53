// Wrap grants as Submit and AddWraps take them.
#ifndef AMANA_BROKER_OPERATIONS_GRANTS_H_
#define AMANA_BROKER_OPERATIONS_GRANTS_H_

#include "absl/status/statusor.h"
#include "amana/v1/referral.pb.h"
#include "broker/delivery/recipients.h"
#include "broker/identity/caller.h"
#include "broker/store/records.h"
#include "proto/envelope/grant.h"

namespace amana::operations {

// `statement` is what envelope::CheckGrant made of `grant`. Of one that is no companion it checks
// signer and signature (VerifySignature).
absl::Status CheckGrantSigner(const delivery::Moment& moment, const identity::Caller& caller,
                              const envelope::GrantStatement& statement, const v1::Grant& grant);
// WRAP_RECIPIENT_MISMATCH unless it wraps for a certificate that the recipient's entry has.
absl::Status CheckWrappedFor(const delivery::Recipients& recipients, const store::Grantee& grantee);

// The record of one that was checked.
store::GrantRecord GrantRecordOf(const envelope::GrantStatement& statement, const v1::Grant& grant);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_GRANTS_H_
