#include "proto/envelope/recovery.h"

#include <utility>

#include "base/clock.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

constexpr int kSigners = 2;

absl::StatusOr<v1::RecoveryStatement> ReadStatement(const std::string& payload) {
  v1::SignedEnvelope bare;
  bare.set_payload_type(std::string(kRecoveryType));
  bare.set_payload(payload);
  v1::RecoveryStatement statement;
  AMANA_RETURN_IF_ERROR(ParsePayload(bare, kRecoveryType, &statement));
  if (statement.suite() != kSuite) return SuiteUnsupported(statement.suite());
  if (statement.created_unix_ms() <= 0) {
    return RecoveryInvalid("created_unix_ms", "is no time");
  }
  return statement;
}

absl::Status CheckOperator(const crypto::Certificate& certificate, const std::string& field) {
  const crypto::SpiffeId& spiffe = certificate.spiffe();
  const bool signs = certificate.usage() == crypto::CertUsage::kSigning &&
                     spiffe.role == crypto::Role::kOperator && spiffe.person.has_value();
  return signs ? absl::OkStatus()
               : RecoveryInvalid(field, "is not the signing certificate of an operator, a person");
}

bool SamePerson(const crypto::Certificate& a, const crypto::Certificate& b) {
  return (a.spiffe().agency == b.spiffe().agency && a.spiffe().person == b.spiffe().person) ||
         a.public_key() == b.public_key();
}

}  // namespace

absl::Status RecoveryFile::ReadSignature(const v1::RecoverySignature& signature,
                                         const std::string& field) {
  if (HasUnknownFields(signature) || HasUnknownFields(signature.approval())) {
    return RecoveryInvalid(field, "has fields that are not known");
  }
  AMANA_ASSIGN_OR_RETURN(
      const v1::RecoveryApproval approval,
      ParseStatement<v1::RecoveryApproval>(signature.approval(), kRecoveryApprovalType));
  if (approval.statement_sha256() != digest_.view()) {
    return RecoveryInvalid(field, "is of another statement");
  }
  AMANA_ASSIGN_OR_RETURN(crypto::Certificate certificate,
                         crypto::Certificate::FromDer(signature.certificate()));
  if (certificate.id().view() != approval.meta().cert_id()) {
    return RecoveryInvalid(field, "has another certificate than the one that signed");
  }
  AMANA_RETURN_IF_ERROR(CheckOperator(certificate, field));
  AMANA_RETURN_IF_ERROR(VerifyEnvelope(signature.approval(), certificate.public_key()));
  for (const RecoverySigner& other : signers_) {
    if (SamePerson(other.certificate, certificate)) {
      return RecoveryInvalid(field, "is by who has signed before: two persons must");
    }
  }
  signers_.push_back({std::move(certificate), approval.meta()});
  return absl::OkStatus();
}

absl::StatusOr<RecoveryFile> RecoveryFile::Parse(std::string_view bytes) {
  RecoveryFile file;
  if (bytes.size() > kMaxRecoveryBytes ||
      !file.message_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      HasUnknownFields(file.message_)) {
    return RecoveryInvalid("file", "is no recovery statement");
  }
  AMANA_ASSIGN_OR_RETURN(file.statement_, ReadStatement(file.message_.statement()));
  v1::SignedEnvelope bare;
  bare.set_payload(file.message_.statement());
  file.digest_ = PayloadDigest(bare);
  if (file.message_.signatures_size() > kSigners) {
    return RecoveryInvalid("signatures", "are more than two");
  }
  for (int i = 0; i < file.message_.signatures_size(); ++i) {
    AMANA_RETURN_IF_ERROR(
        file.ReadSignature(file.message_.signatures(i), "signatures[" + std::to_string(i) + "]"));
  }
  return file;
}

absl::Status RecoveryFile::CheckSignedBy(const AgencyId& agency) const {
  for (const RecoverySigner& signer : signers_) {
    if (signer.certificate.spiffe().agency != agency) {
      return RecoveryInvalid("signatures", "one is by an operator of another agency");
    }
  }
  return signers_.size() == kSigners ? absl::OkStatus() : RecoveryUnsigned(signers_.size());
}

absl::StatusOr<RecoveryFile> NewRecovery(v1::RecoveryStatement statement) {
  statement.set_suite(kSuite);
  v1::SignedRecovery message;
  message.set_statement(Serialize(statement));
  return RecoveryFile::Parse(message.SerializeAsString());
}

absl::StatusOr<RecoveryFile> SignRecovery(const RecoveryFile& file,
                                          const crypto::Certificate& certificate,
                                          const crypto::EcdsaPrivateKey& key, absl::Time now) {
  v1::RecoveryApproval approval;
  *approval.mutable_meta() = MakeMeta(certificate, now);
  approval.set_statement_sha256(file.digest().bytes());
  v1::SignedRecovery message = file.message();
  v1::RecoverySignature& signature = *message.add_signatures();
  AMANA_ASSIGN_OR_RETURN(*signature.mutable_approval(),
                         SignMessage(kRecoveryApprovalType, approval, key));
  signature.set_certificate(certificate.der());
  return RecoveryFile::Parse(message.SerializeAsString());
}

}  // namespace amana::envelope
