// SetDirectoryEntry: a version of an agency's entry, signed by two persons, comes into force.
#ifndef AMANA_BROKER_OPERATIONS_SET_DIRECTORY_ENTRY_H_
#define AMANA_BROKER_OPERATIONS_SET_DIRECTORY_ENTRY_H_

#include "amana/v1/directory_service.pb.h"
#include "broker/operations/context.h"

namespace amana::operations {

// In the order of checking: CLOCK_NOT_TRUSTED; form (EntryStatement::Create, ParseApproval);
// APPROVAL_MISMATCH; the signers of both (ResolveSigner, SIGNATURE_INVALID), SIGNER_NOT_PERSON,
// SIGNER_NOT_COORDINATOR, SIGNERS_NOT_TWO; SENDER_NOT_CALLER unless the caller is of one of the two
// agencies; ENTRY_NOT_AS_REGISTERED; of a sealing certificate TRUST_DOMAIN_UNKNOWN,
// CHAIN_UNTRUSTED, ROLE_NOT_REGISTERED, CERT_EXPIRED, CERTIFICATE_REVOKED (one that is not valid
// yet will be). Then, in the transaction: EQUIVOCATION (kept, with an event); CREATED_IN_FUTURE,
// STATEMENT_TOO_OLD; VERSION_OUT_OF_ORDER, PREVIOUS_MISMATCH.
void SetDirectoryEntry(const Context& context, const identity::Caller& caller,
                       const v1::SetDirectoryEntryRequest& request,
                       Reply<v1::SetDirectoryEntryResponse> reply);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_SET_DIRECTORY_ENTRY_H_
