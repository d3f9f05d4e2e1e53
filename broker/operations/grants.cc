#include "broker/operations/grants.h"

#include "broker/operations/errors.h"
#include "broker/operations/statement.h"

namespace amana::operations {

absl::Status CheckGrantSigner(const delivery::Moment& moment, const identity::Caller& caller,
                              const envelope::GrantStatement& statement, const v1::Grant& grant) {
  if (statement.companion) return absl::OkStatus();
  // Agency and signature are what matters here.
  return VerifySignature(moment, caller.agency, grant.envelope(), statement.message.meta(),
                         statement.digest)
      .status();
}

store::GrantRecord GrantRecordOf(const envelope::GrantStatement& statement,
                                 const v1::Grant& grant) {
  store::GrantRecord record;
  record.referral = statement.referral;
  record.recipient = statement.recipient;
  record.recipient_cert = statement.recipient_cert;
  record.signer_cert = statement.signer;
  record.grant = envelope::Serialize(grant);
  return record;
}

absl::Status CheckWrappedFor(const delivery::Recipients& recipients,
                             const store::Grantee& grantee) {
  return recipients.Has(grantee.recipient, grantee.recipient_cert)
             ? absl::OkStatus()
             : WrapRecipientMismatch("grants.recipient_cert_id");
}

}  // namespace amana::operations
