// Recovery statements (amana/v1/recovery.proto) and who has signed them. What a statement says of
// the logs is transparency/succession.h's. Thread-safe and pure.
#ifndef AMANA_PROTO_ENVELOPE_RECOVERY_H_
#define AMANA_PROTO_ENVELOPE_RECOVERY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/recovery.pb.h"
#include "base/ids.h"
#include "proto/crypto/ecdsa.h"
#include "proto/crypto/x509.h"

namespace amana::envelope {

inline constexpr std::string_view kRecoveryType = "application/vnd.amana.recovery.v1+protobuf";
inline constexpr std::string_view kRecoveryApprovalType =
    "application/vnd.amana.recovery-approval.v1+protobuf";
inline constexpr size_t kMaxRecoveryBytes = 64 * 1024;

struct RecoverySigner {
  crypto::Certificate certificate;  // for signing, an operator's who is a person
  v1::StatementMeta meta;           // of what was signed
};

// A file `amana-broker recover prepare` began, with whatever signatures it has by now.
class RecoveryFile {
 public:
  // Every signature in it is one of this very statement, by the key of the certificate beside it;
  // no person and no key has signed twice. Chains, time and revocation are the caller's to judge.
  // RECOVERY_INVALID naming the field; PAYLOAD_TYPE_UNEXPECTED, errors of the wire walker,
  // SUITE_UNSUPPORTED, META_INVALID, SIGNATURE_INVALID; those of Certificate::FromDer.
  static absl::StatusOr<RecoveryFile> Parse(std::string_view bytes);

  const v1::SignedRecovery& message() const { return message_; }
  const v1::RecoveryStatement& statement() const { return statement_; }
  const std::string& payload() const { return message_.statement(); }
  const Digest& digest() const { return digest_; }  // SHA-256 of the payload
  const std::vector<RecoverySigner>& signers() const { return signers_; }

  // RECOVERY_UNSIGNED (kFailedPrecondition) unless two operators of this agency have signed;
  // RECOVERY_INVALID for one of another.
  absl::Status CheckSignedBy(const AgencyId& agency) const;

 private:
  RecoveryFile() = default;
  absl::Status ReadSignature(const v1::RecoverySignature& signature, const std::string& field);

  v1::SignedRecovery message_;
  v1::RecoveryStatement statement_;
  Digest digest_;
  std::vector<RecoverySigner> signers_;
};

// A new file of `statement`, whose suite is set here. RECOVERY_INVALID.
absl::StatusOr<RecoveryFile> NewRecovery(v1::RecoveryStatement statement);

// The file with one more signature. Errors of Parse: for who must not sign, or has already.
absl::StatusOr<RecoveryFile> SignRecovery(const RecoveryFile& file,
                                          const crypto::Certificate& certificate,
                                          const crypto::EcdsaPrivateKey& key, absl::Time now);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_RECOVERY_H_
