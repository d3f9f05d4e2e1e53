#include "proto/envelope/statement.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include "base/clock.h"
#include "proto/crypto/sha256.h"
#include "proto/crypto/x509.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/wire_walker.h"

namespace amana::envelope {
namespace {

constexpr int64_t kEndOf9999 = 253402300799999;  // milliseconds since the Unix epoch

}  // namespace

absl::Status ParsePayload(const v1::SignedEnvelope& envelope, std::string_view payload_type,
                          google::protobuf::Message* message) {
  if (envelope.payload_type() != payload_type) return PayloadTypeUnexpected(payload_type);
  AMANA_RETURN_IF_ERROR(CheckCanonical(*message->GetDescriptor(), envelope.payload()));
  // What is canonical parses; an error here means a payload of 2 GiB or more.
  if (!message->ParseFromString(envelope.payload())) return MetaInvalid("payload", "too large");
  return absl::OkStatus();
}

absl::Status CheckMeta(bool present, const v1::StatementMeta& meta) {
  if (!present) return MetaInvalid("meta", "missing");
  if (meta.suite() != kSuite) return SuiteUnsupported(meta.suite());
  AMANA_RETURN_IF_ERROR(CertId::FromBytes(meta.cert_id(), "meta.cert_id").status());
  if (meta.created_unix_ms() <= 0 || meta.created_unix_ms() > kEndOf9999) {
    return MetaInvalid("meta.created_unix_ms", "not a time between 1970 and 9999");
  }
  return absl::OkStatus();
}

absl::Status CheckFreshness(const v1::StatementMeta& meta, absl::Time now,
                            const FreshnessLimits& limits) {
  const absl::Time created = FromUnixMillis(meta.created_unix_ms());
  if (created > now + limits.skew) return CreatedInFuture();
  if (created < now - limits.max_age) return StatementTooOld();
  return absl::OkStatus();
}

std::string Serialize(const google::protobuf::MessageLite& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }  // flushed
  return bytes;
}

bool HasUnknownFields(const google::protobuf::Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

v1::StatementMeta MakeMeta(const crypto::Certificate& signer, absl::Time created) {
  v1::StatementMeta meta;
  meta.set_suite(kSuite);
  meta.set_cert_id(signer.id().bytes());
  meta.set_created_unix_ms(amana::ToUnixMillis(created));
  return meta;
}

absl::StatusOr<v1::SignedEnvelope> SignMessage(std::string_view payload_type,
                                               const google::protobuf::MessageLite& message,
                                               const crypto::EcdsaPrivateKey& key) {
  return SignStatement(payload_type, Serialize(message), key);
}

Digest PayloadDigest(const v1::SignedEnvelope& envelope) {
  return crypto::Sha256(envelope.payload());
}

}  // namespace amana::envelope
