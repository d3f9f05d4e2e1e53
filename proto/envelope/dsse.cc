#include "proto/envelope/dsse.h"

#include "amana/v1/envelope.pb.h"
#include "base/ids.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::envelope {
namespace {

// Everything of the encoding before the payload.
std::string PaePrefix(std::string_view payload_type, size_t payload_size) {
  std::string prefix = "DSSEv1 ";
  prefix += std::to_string(payload_type.size());
  prefix += ' ';
  prefix += payload_type;
  prefix += ' ';
  prefix += std::to_string(payload_size);
  prefix += ' ';
  return prefix;
}

}  // namespace

std::string PreAuthEncoding(std::string_view payload_type, std::string_view payload) {
  return PaePrefix(payload_type, payload.size()).append(payload);
}

absl::StatusOr<v1::SignedEnvelope> SignStatement(std::string_view payload_type, std::string payload,
                                                 const crypto::EcdsaPrivateKey& key) {
  AMANA_ASSIGN_OR_RETURN(std::string signature, key.Sign(PreAuthEncoding(payload_type, payload)));
  v1::SignedEnvelope envelope;
  envelope.set_payload_type(std::string(payload_type));
  envelope.set_payload(std::move(payload));
  envelope.set_signature(std::move(signature));
  return envelope;
}

absl::Status VerifyEnvelope(const v1::SignedEnvelope& envelope, const crypto::EcdsaPublicKey& key) {
  const std::string prefix = PaePrefix(envelope.payload_type(), envelope.payload().size());
  const Digest digest = crypto::Sha256({prefix, envelope.payload()});
  return key.VerifyDigest(digest.view(), envelope.signature());
}

}  // namespace amana::envelope
