// From a signed envelope in a request to a statement that may be acted on.
#ifndef AMANA_BROKER_OPERATIONS_STATEMENT_H_
#define AMANA_BROKER_OPERATIONS_STATEMENT_H_

#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "amana/v1/envelope.pb.h"
#include "broker/delivery/recorder.h"
#include "broker/identity/signer.h"
#include "broker/operations/context.h"
#include "proto/envelope/statement.h"

namespace amana::operations {

// A statement whose form, age and signature were checked.
template <class Message>
struct Verified {
  Message message;
  identity::Signer signer;
  store::StatementRecord record;  // log_index still 0
  delivery::Evidence evidence;
  // Not OK when the statement is too old or from the future; a replay is answered all the same.
  absl::Status freshness;
};

struct VerifiedSigner {
  identity::Signer signer;
  store::StatementRecord record;  // log_index still 0
  delivery::Evidence evidence;
};
struct VerifiedSignature {
  identity::Signer signer;
  delivery::Evidence evidence;
};

// The signer named in `meta` and its signature. Errors of ResolveSigner, and SIGNATURE_INVALID.
absl::StatusOr<VerifiedSigner> VerifySigner(const delivery::Moment& moment,
                                            const identity::Caller& caller,
                                            const v1::SignedEnvelope& envelope,
                                            const v1::StatementMeta& meta);
// The same of a signer of `agency`, who need not be the caller.
absl::StatusOr<VerifiedSigner> VerifySignerOf(const delivery::Moment& moment,
                                              const AgencyId& agency,
                                              const v1::SignedEnvelope& envelope,
                                              const v1::StatementMeta& meta);

// The same without a record, of an envelope whose payload has this digest: for what is large, and
// was hashed before.
absl::StatusOr<VerifiedSignature> VerifySignature(const delivery::Moment& moment,
                                                  const AgencyId& agency,
                                                  const v1::SignedEnvelope& envelope,
                                                  const v1::StatementMeta& meta,
                                                  const Digest& digest);
// The record of what was signed.
store::StatementRecord RecordOf(const v1::SignedEnvelope& envelope,
                                const delivery::Evidence& evidence);

// Errors of ParseStatement and VerifySigner.
template <class Message>
absl::StatusOr<Verified<Message>> VerifyStatement(const delivery::Moment& moment,
                                                  const identity::Caller& caller,
                                                  const v1::SignedEnvelope& envelope,
                                                  std::string_view payload_type) {
  AMANA_ASSIGN_OR_RETURN(Message message,
                         envelope::ParseStatement<Message>(envelope, payload_type));
  AMANA_ASSIGN_OR_RETURN(VerifiedSigner verified,
                         VerifySigner(moment, caller, envelope, message.meta()));
  absl::Status freshness = envelope::CheckFreshness(message.meta(), moment.now);
  return Verified<Message>{std::move(message), std::move(verified.signer),
                           std::move(verified.record), std::move(verified.evidence),
                           std::move(freshness)};
}

// Keeps the certificate with what it signed.
absl::Status Remember(store::Transaction& tx, const identity::Signer& signer);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_STATEMENT_H_
