#include "broker/operations/statement.h"

#include <utility>

#include "proto/envelope/dsse.h"

namespace amana::operations {

absl::StatusOr<VerifiedSigner> VerifySigner(const delivery::Moment& moment,
                                            const identity::Caller& caller,
                                            const v1::SignedEnvelope& envelope,
                                            const v1::StatementMeta& meta) {
  return VerifySignerOf(moment, caller.agency, envelope, meta);
}

absl::StatusOr<VerifiedSigner> VerifySignerOf(const delivery::Moment& moment,
                                              const AgencyId& agency,
                                              const v1::SignedEnvelope& envelope,
                                              const v1::StatementMeta& meta) {
  AMANA_ASSIGN_OR_RETURN(
      VerifiedSignature verified,
      VerifySignature(moment, agency, envelope, meta, envelope::PayloadDigest(envelope)));
  store::StatementRecord record = RecordOf(envelope, verified.evidence);
  return VerifiedSigner{std::move(verified.signer), std::move(record),
                        std::move(verified.evidence)};
}

absl::StatusOr<VerifiedSignature> VerifySignature(const delivery::Moment& moment,
                                                  const AgencyId& agency,
                                                  const v1::SignedEnvelope& envelope,
                                                  const v1::StatementMeta& meta,
                                                  const Digest& digest) {
  AMANA_ASSIGN_OR_RETURN(const CertId cert_id, CertId::FromBytes(meta.cert_id(), "meta.cert_id"));
  AMANA_ASSIGN_OR_RETURN(identity::Signer signer,
                         identity::ResolveSigner(cert_id, *moment.trust->registry,
                                                 *moment.trust->revocations, moment.now, agency));
  AMANA_RETURN_IF_ERROR(envelope::VerifyEnvelope(envelope, signer.public_key));
  VerifiedSignature out{std::move(signer), {}};
  out.evidence.agency = out.signer.agency;
  if (out.signer.unit.has_value()) out.evidence.unit = *out.signer.unit;
  if (out.signer.person.has_value()) out.evidence.person = *out.signer.person;
  out.evidence.cert_id = cert_id;
  out.evidence.statement = digest;
  return out;
}

store::StatementRecord RecordOf(const v1::SignedEnvelope& envelope,
                                const delivery::Evidence& evidence) {
  store::StatementRecord record;
  record.digest = evidence.statement;
  record.cert_id = evidence.cert_id;
  record.envelope = envelope::Serialize(envelope);
  return record;
}

absl::Status Remember(store::Transaction& tx, const identity::Signer& signer) {
  return tx.directory().RememberCertificate(signer.cert_id, signer.certificate.der());
}

}  // namespace amana::operations
