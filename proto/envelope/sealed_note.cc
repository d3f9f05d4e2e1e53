#include "proto/envelope/sealed_note.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/status.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/hpke.h"
#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/big_endian.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/signer.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

constexpr std::string_view kDomain = "amana/note/v1";
constexpr size_t kSaltSize = 32;
constexpr size_t kFraming = kSaltSize + 4;
constexpr size_t kSealedKeySize = crypto::kAesGcmKeySize + crypto::kAesGcmTagSize;
static_assert(kMaxNoteContent == kMaxNoteSize - crypto::kAesGcmTagSize - kFraming);

// One key, one message: the nonce need not differ.
constexpr std::array<char, crypto::kAesGcmNonceSize> kZeroNonce = {};
std::string_view Nonce() { return {kZeroNonce.data(), kZeroNonce.size()}; }

std::string AdditionalData(const NoteContext& context) {
  std::string aad(kDomain);
  aad += context.referral.referral.view();
  AppendBigEndian32(context.task, aad);
  return aad;
}

std::string WrapInfo(const NoteContext& context, std::string_view recipient_cert) {
  std::string info(kDomain);
  AppendBigEndian32(kSuite, info);
  info += context.referral.referral.view();
  AppendBigEndian32(context.referral.version, info);
  AppendBigEndian32(context.task, info);
  info += context.signer.view();
  info += recipient_cert;
  info += context.payload_type;
  return info;
}

Digest Commitment(std::string_view salt, std::string_view content) {
  return crypto::Sha256({kDomain, salt, content});
}

absl::Span<uint8_t> AsBytes(std::string& bytes) {
  return absl::MakeSpan(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size());
}

std::string WrapField(int index, std::string_view field) {
  return "note.wraps[" + std::to_string(index) + "]." + std::string(field);
}

// The padded plaintext: salt, length, content, zeros; the tag fills the bucket.
std::string Framed(std::string_view salt, std::string_view content) {
  const size_t bucket =
      std::max(std::bit_ceil(content.size() + kFraming + crypto::kAesGcmTagSize), kMinNoteSize);
  std::string buffer;
  buffer.reserve(bucket);
  buffer += salt;
  AppendBigEndian32(static_cast<uint32_t>(content.size()), buffer);
  buffer += content;
  buffer.resize(bucket);
  return buffer;
}

absl::StatusOr<v1::NoteWrap> WrapFor(const NoteContext& context, const GrantRecipient& recipient,
                                     const crypto::Secret& key, std::string_view commitment) {
  AMANA_RETURN_IF_ERROR(CheckSealsFor(recipient.sealing, recipient.address));
  const CertId& id = recipient.sealing.id();
  AMANA_ASSIGN_OR_RETURN(
      crypto::HpkeCiphertext sealed,
      crypto::HpkeSeal(recipient.sealing.public_key(), WrapInfo(context, id.view()), commitment,
                       key.Reveal(crypto::RevealSecret())));
  v1::NoteWrap wrap;
  wrap.mutable_recipient()->set_agency(recipient.address.agency.value());
  wrap.mutable_recipient()->set_unit(recipient.address.unit.value());
  wrap.set_recipient_cert_id(id.bytes());
  wrap.set_enc(std::move(sealed.enc));
  wrap.set_sealed_key(std::move(sealed.ciphertext));
  return wrap;
}

absl::Status CheckWrap(const v1::NoteWrap& wrap, int index) {
  if (HasUnknownFields(wrap) || HasUnknownFields(wrap.recipient())) {
    return UnknownField("note.wraps[" + std::to_string(index) + "]");
  }
  const v1::Address& recipient = wrap.recipient();
  AMANA_RETURN_IF_ERROR(
      AgencyId::Create(recipient.agency(), WrapField(index, "recipient.agency")).status());
  AMANA_RETURN_IF_ERROR(
      UnitId::Create(recipient.unit(), WrapField(index, "recipient.unit")).status());
  AMANA_RETURN_IF_ERROR(
      CertId::FromBytes(wrap.recipient_cert_id(), WrapField(index, "recipient_cert_id")).status());
  if (wrap.enc().size() != crypto::kHpkeEncSize) {
    return NoteFieldInvalid(WrapField(index, "enc"), "must be 65 bytes");
  }
  if (wrap.sealed_key().size() != kSealedKeySize) {
    return NoteFieldInvalid(WrapField(index, "sealed_key"), "must be 48 bytes");
  }
  return absl::OkStatus();
}

absl::Status CheckWraps(const v1::SealedNote& note) {
  if (note.wraps().empty() || note.wraps_size() > static_cast<int>(kMaxNoteWraps)) {
    return NoteFieldInvalid("note.wraps", "must be one or two");
  }
  for (int i = 0; i < note.wraps_size(); ++i) {
    AMANA_RETURN_IF_ERROR(CheckWrap(note.wraps(i), i));
    if (i > 0 && note.wraps(i - 1).recipient_cert_id() >= note.wraps(i).recipient_cert_id()) {
      return NoteFieldInvalid(WrapField(i, "recipient_cert_id"), "must ascend");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<crypto::Secret> OpenKey(const NoteContext& context, const v1::SealedNote& note,
                                       absl::Span<const SealingIdentity> identities) {
  for (const v1::NoteWrap& wrap : note.wraps()) {
    const auto identity =
        std::find_if(identities.begin(), identities.end(), [&wrap](const SealingIdentity& each) {
          return each.certificate.id().view() == wrap.recipient_cert_id();
        });
    if (identity == identities.end()) continue;
    absl::StatusOr<crypto::Secret> key =
        crypto::HpkeOpen(identity->key, wrap.enc(), WrapInfo(context, wrap.recipient_cert_id()),
                         note.plaintext_commitment(), wrap.sealed_key());
    if (!key.ok() || key->size() != crypto::kAesGcmKeySize) return NoteOpenFailed();
    return key;
  }
  return SealingKeyMissing();
}

// The content out of its framing, if it is in the one form and what was committed to.
absl::StatusOr<std::string> Unframed(std::string_view whole, std::string_view commitment) {
  const size_t size = ReadBigEndian32(whole.substr(kSaltSize));
  if (size > whole.size() - kFraming) {
    return NoteMismatch("note.ciphertext", "the content's length is larger than the note");
  }
  // No larger bucket than it needs: one content has one size.
  const size_t needed = std::bit_ceil(size + kFraming + crypto::kAesGcmTagSize);
  if (std::max(needed, kMinNoteSize) != whole.size() + crypto::kAesGcmTagSize ||
      whole.substr(kFraming + size).find_first_not_of('\0') != std::string_view::npos) {
    return NoteMismatch("note.ciphertext", "the padding is not the one of its content");
  }
  const std::string_view content = whole.substr(kFraming, size);
  if (Commitment(whole.substr(0, kSaltSize), content).view() != commitment) {
    return NoteMismatch("note.plaintext_commitment", "is not that of the content");
  }
  return std::string(content);
}

}  // namespace

absl::StatusOr<v1::SealedNote> SealNote(const NoteContext& context, std::string_view content,
                                        absl::Span<const GrantRecipient> recipients) {
  if (content.size() > kMaxNoteContent) return ContentTooLarge(content.size(), kMaxNoteContent);
  const std::string salt = crypto::RandomBytes(kSaltSize);
  const crypto::Secret key = crypto::RandomSecret(crypto::kAesGcmKeySize);
  v1::SealedNote note;
  note.set_plaintext_commitment(Commitment(salt, content).bytes());
  std::string buffer = Framed(salt, content);  // the plaintext, then in its place the ciphertext
  const std::string_view plaintext =
      std::string_view(buffer).substr(0, buffer.size() - crypto::kAesGcmTagSize);
  AMANA_RETURN_IF_ERROR(
      crypto::AesGcmSealTo(key, Nonce(), AdditionalData(context), plaintext, AsBytes(buffer)));
  note.set_ciphertext(std::move(buffer));
  for (const GrantRecipient& recipient : recipients) {
    AMANA_ASSIGN_OR_RETURN(*note.add_wraps(),
                           WrapFor(context, recipient, key, note.plaintext_commitment()));
  }
  std::sort(note.mutable_wraps()->begin(), note.mutable_wraps()->end(),
            [](const v1::NoteWrap& a, const v1::NoteWrap& b) {
              return a.recipient_cert_id() < b.recipient_cert_id();
            });
  AMANA_RETURN_IF_ERROR(CheckWraps(note));
  return note;
}

Digest NoteDigest(const v1::SealedNote& note) { return crypto::Sha256(Serialize(note)); }

absl::Status CheckNote(const v1::SealedNote& note, std::string_view note_sha256) {
  if (HasUnknownFields(note)) return UnknownField("note");
  const size_t size = note.ciphertext().size();
  if (!std::has_single_bit(size) || size < kMinNoteSize || size > kMaxNoteSize) {
    return NoteFieldInvalid("note.ciphertext", "must be a power of two from 256 bytes to 8 KiB");
  }
  AMANA_RETURN_IF_ERROR(
      Digest::FromBytes(note.plaintext_commitment(), "note.plaintext_commitment").status());
  AMANA_RETURN_IF_ERROR(CheckWraps(note));
  if (NoteDigest(note).view() != note_sha256) {
    return NoteMismatch("note_sha256", "the note is not the one that was signed");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> OpenNote(const NoteContext& context, const v1::SealedNote& note,
                                     std::string_view note_sha256,
                                     absl::Span<const SealingIdentity> identities) {
  AMANA_RETURN_IF_ERROR(CheckNote(note, note_sha256));
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret key, OpenKey(context, note, identities));
  std::string plaintext(note.ciphertext().size() - crypto::kAesGcmTagSize, '\0');
  if (!crypto::AesGcmOpenTo(key, Nonce(), AdditionalData(context), note.ciphertext(),
                            AsBytes(plaintext))
           .ok()) {
    return NoteOpenFailed();
  }
  return Unframed(plaintext, note.plaintext_commitment());
}

}  // namespace amana::envelope
