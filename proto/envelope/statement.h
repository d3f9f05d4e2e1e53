// From a signed envelope to its message, and back. Parsing here is what makes a payload safe to
// read; it verifies no signature (dsse.h) and judges no certificate. Thread-safe and pure.
#ifndef AMANA_PROTO_ENVELOPE_STATEMENT_H_
#define AMANA_PROTO_ENVELOPE_STATEMENT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/envelope.pb.h"
#include "base/ids.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"

namespace amana::crypto {
class Certificate;
}

namespace amana::envelope {

inline constexpr uint32_t kSuite = 1;

// The payload is of `payload_type` (PAYLOAD_TYPE_UNEXPECTED) and canonical (wire_walker.h), and
// parses into `message`.
absl::Status ParsePayload(const v1::SignedEnvelope& envelope, std::string_view payload_type,
                          google::protobuf::Message* message);

// SUITE_UNSUPPORTED; LENGTH_INVALID for "meta.cert_id"; META_INVALID for "meta" (absent) or
// "meta.created_unix_ms" (not between 1970 and 9999).
absl::Status CheckMeta(bool present, const v1::StatementMeta& meta);

// ParsePayload and CheckMeta. What the other fields must be is the statement's own business.
template <class Message>
absl::StatusOr<Message> ParseStatement(const v1::SignedEnvelope& envelope,
                                       std::string_view payload_type) {
  Message message;
  AMANA_RETURN_IF_ERROR(ParsePayload(envelope, payload_type, &message));
  AMANA_RETURN_IF_ERROR(CheckMeta(message.has_meta(), message.meta()));
  return message;
}

struct FreshnessLimits {
  absl::Duration skew = absl::Minutes(5);         // how far ahead a sender's clock may be
  absl::Duration max_age = absl::Hours(14 * 24);  // for senders who work offline
};

// CREATED_IN_FUTURE when created later than `now` + skew, STATEMENT_TOO_OLD when earlier than
// `now` - max_age; the bounds themselves are fine.
absl::Status CheckFreshness(const v1::StatementMeta& meta, absl::Time now,
                            const FreshnessLimits& limits = {});

// The one canonical form.
std::string Serialize(const google::protobuf::MessageLite& message);

// Whether this message itself (not those within) came with fields that its type has not. For
// messages outside signed bytes, where the walker does not look.
bool HasUnknownFields(const google::protobuf::Message& message);

// What the signer of a new statement puts first.
v1::StatementMeta MakeMeta(const crypto::Certificate& signer, absl::Time created);

// Serialises and signs. CRYPTO_FAILED only.
absl::StatusOr<v1::SignedEnvelope> SignMessage(std::string_view payload_type,
                                               const google::protobuf::MessageLite& message,
                                               const crypto::EcdsaPrivateKey& key);

// SHA-256 of the payload bytes: how statements name each other.
Digest PayloadDigest(const v1::SignedEnvelope& envelope);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_STATEMENT_H_
