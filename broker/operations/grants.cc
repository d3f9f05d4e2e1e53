#include "broker/operations/grants.h"

#include "broker/operations/errors.h"
#include "broker/operations/statement.h"

namespace amana::operations {

absl::StatusOr<store::GrantRecord> CheckedGrant(const delivery::Moment& moment,
                                                const identity::Caller& caller,
                                                const envelope::GrantStatement& statement,
                                                const v1::Grant& grant) {
  if (!statement.companion) {
    AMANA_ASSIGN_OR_RETURN(
        const VerifiedSigner signer,
        VerifySigner(moment, caller, grant.envelope(), statement.message.meta()));
    (void)signer;  // agency and signature are what matters here
  }
  store::GrantRecord record;
  record.referral = statement.referral;
  record.recipient = statement.recipient;
  record.recipient_cert = statement.recipient_cert;
  record.signer_cert = statement.signer;
  record.grant = envelope::Serialize(grant);
  return record;
}

absl::Status CheckWrappedFor(const delivery::Recipients& recipients,
                             const store::GrantRecord& grant) {
  return recipients.Has(grant.recipient, grant.recipient_cert)
             ? absl::OkStatus()
             : WrapRecipientMismatch("grants.recipient_cert_id");
}

}  // namespace amana::operations
