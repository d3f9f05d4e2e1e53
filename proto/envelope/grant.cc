#include "proto/envelope/grant.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/hpke.h"
#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/big_endian.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/payload_slots.h"
#include "proto/envelope/signer.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/wire_walker.h"

namespace amana::envelope {
namespace {

constexpr size_t kSealedKeySize = crypto::kAesGcmKeySize + crypto::kAesGcmTagSize;

// HPKE's info: which referral, from whom, for whom.
std::string WrapInfo(const StatementKey& referral, std::string_view slots_digest,
                     std::string_view sender_cert, std::string_view recipient_cert) {
  std::string info = "amana/wrap/v1";
  AppendBigEndian32(kSuite, info);
  info += referral.referral.view();
  AppendBigEndian32(referral.version, info);
  info += slots_digest;
  info += sender_cert;
  info += recipient_cert;
  return info;
}

std::string WrapAad(uint32_t slot, v1::DisclosureStage stage) {
  std::string aad;
  AppendBigEndian32(slot, aad);
  AppendBigEndian32(static_cast<uint32_t>(stage), aad);
  return aad;
}

absl::StatusOr<v1::Wrap> WrapKey(const SectionKey& section, const std::string& info,
                                 const crypto::EcPublicKey& recipient) {
  AMANA_ASSIGN_OR_RETURN(crypto::HpkeCiphertext sealed,
                         crypto::HpkeSeal(recipient, info, WrapAad(section.slot, section.stage),
                                          section.key.Reveal(crypto::RevealSecret())));
  v1::Wrap wrap;
  wrap.set_slot(section.slot);
  wrap.set_enc(std::move(sealed.enc));
  wrap.set_sealed_key(std::move(sealed.ciphertext));
  return wrap;
}

Digest WrapDigest(const v1::Wrap& wrap) { return crypto::Sha256(Serialize(wrap)); }

absl::Status CheckWraps(const v1::Grant& grant, const PayloadSlots& slots) {
  int64_t last = -1;
  for (const v1::Wrap& wrap : grant.wraps()) {
    const uint32_t slot = wrap.slot();
    if (HasUnknownFields(wrap)) return UnknownField("wraps");
    if (slot >= kSectionSlots) return WrapMismatch(slot, "no such slot");
    if (slot <= last) return WrapMismatch(slot, "wraps must ascend by slot");
    last = slot;
    if (wrap.enc().size() != crypto::kHpkeEncSize || wrap.sealed_key().size() != kSealedKeySize) {
      return WrapMismatch(slot, "must be 65 and 48 bytes");
    }
    if (WrapDigest(wrap).view() != slots[slot]) {
      return WrapMismatch(slot, "not the wrap that was granted");
    }
  }
  return absl::OkStatus();
}

// Parses all but the slots, which stay where they are (in a payload that has them as it must).
absl::StatusOr<PayloadSlots> ParseMessage(const v1::SignedEnvelope& envelope,
                                          v1::WrapGrant& message) {
  const std::string& payload = envelope.payload();
  if (envelope.payload_type() != kWrapGrantType) return PayloadTypeUnexpected(kWrapGrantType);
  AMANA_RETURN_IF_ERROR(CheckCanonical(*v1::WrapGrant::descriptor(), payload));
  const std::optional<PayloadSlots> slots =
      PayloadSlots::Find(payload, {{v1::WrapGrant::kWrapSlotsFieldNumber, kSectionSlots}});
  if (slots.has_value() && slots->ParseRest(message) && message.wrap_slots().empty()) {
    AMANA_RETURN_IF_ERROR(CheckMeta(message.has_meta(), message.meta()));
    return *slots;
  }
  AMANA_RETURN_IF_ERROR(ParsePayload(envelope, kWrapGrantType, &message));
  AMANA_RETURN_IF_ERROR(CheckMeta(message.has_meta(), message.meta()));
  return PayloadSlots();
}

absl::Status CheckGrantFields(const v1::WrapGrant& message, const PayloadSlots& slots) {
  if (!message.has_referral()) return GrantFieldInvalid("referral", "missing");
  if (message.referral().version() < 1) {
    return GrantFieldInvalid("referral.version", "must be at least 1");
  }
  AMANA_RETURN_IF_ERROR(Digest::FromBytes(message.slots_digest(), "slots_digest").status());
  if (!slots.empty()) return absl::OkStatus();
  for (int i = 0; i < message.wrap_slots_size(); ++i) {
    if (message.wrap_slots_size() != kSectionSlots) break;
    if (message.wrap_slots(i).size() == Digest::kSize) continue;
    return Digest::FromBytes(message.wrap_slots(i), "wrap_slots[" + std::to_string(i) + "]")
        .status();
  }
  return GrantFieldInvalid("wrap_slots", "must be exactly 16");
}

v1::WrapGrant MessageFor(const GrantSource& source, const GrantRecipient& recipient) {
  v1::WrapGrant message;
  message.mutable_meta()->set_suite(kSuite);
  message.mutable_meta()->set_cert_id(source.signer.bytes());
  message.mutable_meta()->set_created_unix_ms(amana::ToUnixMillis(source.created));
  message.mutable_referral()->set_sender_agency(source.referral.sender.value());
  message.mutable_referral()->set_referral_id(source.referral.referral.bytes());
  message.mutable_referral()->set_version(source.referral.version);
  message.set_slots_digest(source.slots_digest.bytes());
  message.mutable_recipient()->set_agency(recipient.address.agency.value());
  message.mutable_recipient()->set_unit(recipient.address.unit.value());
  message.set_recipient_cert_id(recipient.sealing.id().bytes());
  return message;
}

}  // namespace

absl::StatusOr<v1::Grant> MakeCompanion(const GrantSource& source, const GrantRecipient& recipient,
                                        absl::Span<const SectionKey> keys) {
  AMANA_RETURN_IF_ERROR(CheckSealsFor(recipient.sealing, recipient.address));
  const std::string info = WrapInfo(source.referral, source.slots_digest.view(),
                                    source.signer.view(), recipient.sealing.id().view());
  std::array<std::string, kSectionSlots> slots;
  v1::Grant grant;
  int64_t last = -1;
  for (const SectionKey& section : keys) {
    if (section.slot <= last || section.slot >= kSectionSlots) {
      return GrantFieldInvalid("wraps", "slots must ascend and be 0 to 15");
    }
    last = section.slot;
    AMANA_ASSIGN_OR_RETURN(v1::Wrap wrap, WrapKey(section, info, recipient.sealing.public_key()));
    slots[section.slot] = WrapDigest(wrap).bytes();
    *grant.add_wraps() = std::move(wrap);
  }
  v1::WrapGrant message = MessageFor(source, recipient);
  for (std::string& slot : slots) {
    message.add_wrap_slots(slot.empty() ? crypto::RandomBytes(Digest::kSize) : std::move(slot));
  }
  grant.mutable_envelope()->set_payload_type(std::string(kWrapGrantType));
  grant.mutable_envelope()->set_payload(Serialize(message));
  return grant;
}

absl::StatusOr<v1::Grant> MakeGrant(const ReferralStatement& referral,
                                    const GrantRecipient& recipient,
                                    absl::Span<const SectionKey> keys,
                                    const crypto::EcdsaPrivateKey& key,
                                    const crypto::Certificate& signer, absl::Time created) {
  AMANA_RETURN_IF_ERROR(CheckSigner(signer, referral.sender().agency));
  AMANA_RETURN_IF_ERROR(CheckSignerKey(signer, key));
  const GrantSource source = {referral.key(), referral.slots_digest(), signer.id(), created};
  AMANA_ASSIGN_OR_RETURN(v1::Grant grant, MakeCompanion(source, recipient, keys));
  AMANA_ASSIGN_OR_RETURN(
      *grant.mutable_envelope(),
      SignStatement(kWrapGrantType, std::move(*grant.mutable_envelope()->mutable_payload()), key));
  return grant;
}

namespace {

// `slots` in the envelope's payload.
absl::StatusOr<GrantStatement> ParseGrantAnd(const v1::SignedEnvelope& envelope,
                                             PayloadSlots& slots) {
  GrantStatement grant;
  AMANA_ASSIGN_OR_RETURN(slots, ParseMessage(envelope, grant.message));
  const v1::WrapGrant& message = grant.message;
  AMANA_RETURN_IF_ERROR(CheckGrantFields(message, slots));
  const v1::StatementRef& referral = message.referral();
  AMANA_ASSIGN_OR_RETURN(grant.referral.sender,
                         AgencyId::Create(referral.sender_agency(), "referral.sender_agency"));
  AMANA_ASSIGN_OR_RETURN(grant.referral.referral,
                         ReferralId::FromBytes(referral.referral_id(), "referral.referral_id"));
  grant.referral.version = referral.version();
  AMANA_ASSIGN_OR_RETURN(grant.recipient.agency,
                         AgencyId::Create(message.recipient().agency(), "recipient.agency"));
  AMANA_ASSIGN_OR_RETURN(grant.recipient.unit,
                         UnitId::Create(message.recipient().unit(), "recipient.unit"));
  AMANA_ASSIGN_OR_RETURN(grant.recipient_cert,
                         CertId::FromBytes(message.recipient_cert_id(), "recipient_cert_id"));
  AMANA_ASSIGN_OR_RETURN(grant.signer, CertId::FromBytes(message.meta().cert_id()));
  grant.digest = PayloadDigest(envelope);
  grant.companion = envelope.signature().empty();
  return grant;
}

}  // namespace

absl::StatusOr<GrantStatement> ParseGrant(const v1::SignedEnvelope& envelope) {
  PayloadSlots wrap_slots;
  return ParseGrantAnd(envelope, wrap_slots);
}

absl::StatusOr<GrantStatement> CheckGrant(const v1::Grant& grant, const SignedSlots& slots) {
  if (HasUnknownFields(grant) || HasUnknownFields(grant.envelope())) {
    return UnknownField("grants");
  }
  PayloadSlots wrap_slots;
  AMANA_ASSIGN_OR_RETURN(GrantStatement statement, ParseGrantAnd(grant.envelope(), wrap_slots));
  if (statement.referral != slots.referral) {
    return GrantMismatch("referral", "a grant for another referral");
  }
  if (statement.message.slots_digest() != slots.digest.view()) {
    return GrantMismatch("slots_digest", "a grant for other sections");
  }
  if (statement.companion &&
      (statement.signer != slots.signer || !slots.NamesCompanion(statement.digest))) {
    return CompanionUnknown();
  }
  AMANA_RETURN_IF_ERROR(CheckWraps(grant, wrap_slots));
  return statement;
}

v1::Grant SelectWraps(v1::Grant grant, absl::Span<const uint32_t> slots) {
  std::bitset<kSectionSlots> kept;
  for (const uint32_t slot : slots) {
    if (slot < kSectionSlots) kept.set(slot);
  }
  auto& wraps = *grant.mutable_wraps();
  wraps.erase(std::remove_if(wraps.begin(), wraps.end(),
                             [&kept](const v1::Wrap& wrap) {
                               return wrap.slot() >= kSectionSlots || !kept.test(wrap.slot());
                             }),
              wraps.end());
  return grant;
}

absl::StatusOr<crypto::Secret> OpenWrap(const GrantStatement& grant, const v1::Wrap& wrap,
                                        v1::DisclosureStage stage,
                                        const crypto::EcPrivateKey& sealing_key) {
  const std::string info = WrapInfo(grant.referral, grant.message.slots_digest(),
                                    grant.signer.view(), grant.recipient_cert.view());
  absl::StatusOr<crypto::Secret> key = crypto::HpkeOpen(
      sealing_key, wrap.enc(), info, WrapAad(wrap.slot(), stage), wrap.sealed_key());
  if (!key.ok() || key->size() != crypto::kAesGcmKeySize) return WrapOpenFailed(wrap.slot());
  return key;
}

}  // namespace amana::envelope
