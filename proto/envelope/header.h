// A referral header that can be relied on: every field of amana/v1/referral.proto checked once.
#ifndef AMANA_PROTO_ENVELOPE_HEADER_H_
#define AMANA_PROTO_ENVELOPE_HEADER_H_

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "amana/v1/referral.pb.h"
#include "base/ids.h"
#include "proto/envelope/payload_slots.h"

namespace amana::envelope {

inline constexpr int kSectionSlots = 16;
inline constexpr int kCompanionSlots = 8;
inline constexpr int kMaxServices = 16;
inline constexpr absl::Duration kMaxLifetime = absl::Hours(90 * 24);

using Slots = google::protobuf::RepeatedPtrField<std::string>;

// SHA-256 over section slots, concatenated.
Digest SlotsDigest(const Slots& section_slots);
Digest SlotsDigest(const v1::ReferralHeader& header);

// LENGTH_INVALID naming the slot that is not 32 bytes.
absl::Status CheckSlotSizes(const Slots& slots, std::string_view field);

// What sections and grants are bound to: the slots that a header, or an update of it (update.h),
// signs. What is referred to is that statement's and lives as long.
struct SignedSlots {
  const StatementKey& referral;
  const CertId& signer;  // of the statement
  const Digest& digest;  // SlotsDigest
  std::array<std::string_view, kSectionSlots> sections;
  std::array<std::string_view, kCompanionSlots> companions;

  // Whether `payload_digest` is among the companion slots.
  bool NamesCompanion(const Digest& payload_digest) const;
};

// Immutable value, thread-safe, cheap to copy (a shared pointer).
class ReferralStatement {
 public:
  // Verifies no signature: VerifyEnvelope with the certificate that cert_id() names does.
  // Errors: those of ParseStatement; LENGTH_INVALID and ID_INVALID naming the field;
  // HEADER_FIELD_INVALID naming it for everything else, that is:
  // - version at least 1; sender, recipients and parent are agency and unit tokens;
  // - 1 to 16 services, each with a service and a recipient or route; a route has county 1 to 47,
  //   age class, sex and no language or three lower-case letters;
  // - urgency, subject class, legal basis and embassy contact are given;
  // - consent present where the legal basis is CONSENT (and allowed elsewhere: an override adds
  //   to a consent);
  // - majority month exactly where the subject class is MINOR, at most 18 years after creation;
  // - expiry after creation and at most 90 days later; 16 section and 8 companion slots of 32
  // bytes;
  // - parent is not this very statement; a family is part of a group;
  // - physical custody, where it is said, is an agency or none with the reason.
  static absl::StatusOr<ReferralStatement> Create(v1::SignedEnvelope envelope);

  const StatementKey& key() const { return data_->key; }
  const Address& sender() const { return data_->sender; }
  const Pseudonym& subject() const { return data_->subject; }
  const CertId& cert_id() const { return data_->cert_id; }  // of the signing certificate
  absl::Time created() const { return data_->created; }
  absl::Time expires() const { return data_->expires; }
  // Without its slots.
  const v1::ReferralHeader& header() const { return data_->header; }
  const v1::SignedEnvelope& envelope() const { return data_->envelope; }
  const Digest& digest() const { return data_->digest; }  // SHA-256 of the payload
  const Digest& slots_digest() const { return data_->slots_digest; }

  // Raw bytes of one section slot; `slot` below kSectionSlots.
  std::string_view slot(uint32_t slot) const { return data_->slots[slot]; }
  SignedSlots slots() const;
  bool NamesCompanion(const Digest& payload_digest) const {
    return slots().NamesCompanion(payload_digest);
  }

  // HEADER_EXPIRED from the moment of expiry on.
  absl::Status CheckExpiry(absl::Time now) const;

 private:
  struct Data {
    v1::SignedEnvelope envelope;
    v1::ReferralHeader header;
    PayloadSlots slots;  // in the envelope's payload: of sections, then of companions
    StatementKey key;
    Address sender;
    Pseudonym subject;
    CertId cert_id;
    absl::Time created;
    absl::Time expires;
    Digest digest;
    Digest slots_digest;
  };
  explicit ReferralStatement(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  static absl::Status ParseHeader(Data& data);

  std::shared_ptr<const Data> data_;
};

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_HEADER_H_
