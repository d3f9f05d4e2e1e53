#include "proto/envelope/section.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "absl/types/span.h"
#include "base/status.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/big_endian.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/header.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

constexpr std::string_view kDomain = "amana/section/v1";
constexpr size_t kSaltSize = 32;
constexpr size_t kOpeningSaltSize = 16;
static_assert(kSaltSize + 4 == kSectionFraming);

// One key, one message: the nonce need not differ.
constexpr std::array<char, crypto::kAesGcmNonceSize> kZeroNonce = {};
std::string_view Nonce() { return {kZeroNonce.data(), kZeroNonce.size()}; }

std::string AdditionalData(const ReferralId& referral, uint32_t slot) {
  std::string aad(kDomain);
  aad += referral.view();
  AppendBigEndian32(slot, aad);
  return aad;
}

Digest Commitment(std::string_view salt, std::string_view content) {
  return crypto::Sha256({kDomain, salt, content});
}

absl::Span<uint8_t> AsBytes(std::string& bytes) {
  return absl::MakeSpan(reinterpret_cast<uint8_t*>(bytes.data()), bytes.size());
}

absl::Status CheckOpeningField(bool good, const v1::SlotOpening& opening, std::string_view field,
                               std::string_view why) {
  if (good) return absl::OkStatus();
  return SectionFieldInvalid(
      "openings[" + std::to_string(opening.slot()) + "]." + std::string(field), why);
}

bool IsMediaType(std::string_view text) {
  return !text.empty() && text.size() <= kMaxMediaType &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

template <class Code>
bool IsGiven(Code code, bool (*is_valid)(int)) {
  return code != Code{} && is_valid(code);
}

}  // namespace

bool IsSizeBucket(uint64_t padded_size) {
  return std::has_single_bit(padded_size) && padded_size >= kMinPaddedSize &&
         padded_size <= kMaxPaddedSize;
}

absl::StatusOr<uint32_t> PaddedSize(size_t content_size) {
  if (content_size > kMaxContentSize) return ContentTooLarge(content_size, kMaxContentSize);
  return static_cast<uint32_t>(
      std::max(std::bit_ceil(content_size + kSectionFraming), kMinPaddedSize));
}

Digest SlotHash(const v1::SlotOpening& opening) { return crypto::Sha256(Serialize(opening)); }

absl::Status CheckOpening(const v1::SlotOpening& opening) {
  const auto check = [&opening](bool good, std::string_view field, std::string_view why) {
    return CheckOpeningField(good, opening, field, why);
  };
  if (HasUnknownFields(opening)) {
    return UnknownField("openings[" + std::to_string(opening.slot()) + "]");
  }
  AMANA_RETURN_IF_ERROR(check(opening.slot() < kSectionSlots, "slot", "must be 0 to 15"));
  AMANA_RETURN_IF_ERROR(
      check(opening.salt().size() == kOpeningSaltSize, "salt", "must be 16 bytes"));
  AMANA_RETURN_IF_ERROR(
      check(IsGiven(opening.category(), v1::Category_IsValid), "category", "missing or unknown"));
  AMANA_RETURN_IF_ERROR(
      check(IsGiven(opening.stage(), v1::DisclosureStage_IsValid), "stage", "missing or unknown"));
  AMANA_RETURN_IF_ERROR(check(IsMediaType(opening.media_type()), "media_type",
                              "must be 1 to 64 visible ASCII characters"));
  AMANA_RETURN_IF_ERROR(check(IsSizeBucket(opening.padded_size()), "padded_size",
                              "must be a power of two from 256 bytes to 128 KiB"));
  AMANA_RETURN_IF_ERROR(check(opening.plaintext_commitment().size() == Digest::kSize,
                              "plaintext_commitment", "must be 32 bytes"));
  return check(opening.ciphertext_sha256().size() == Digest::kSize, "ciphertext_sha256",
               "must be 32 bytes");
}

absl::StatusOr<SealedSection> SealSection(const ReferralId& referral, const SectionInput& input) {
  AMANA_ASSIGN_OR_RETURN(const uint32_t padded, PaddedSize(input.content.size()));
  const std::string salt = crypto::RandomBytes(kSaltSize);
  std::string buffer;  // the plaintext, then in its place the ciphertext and tag
  buffer.reserve(padded + crypto::kAesGcmTagSize);
  buffer += salt;
  AppendBigEndian32(static_cast<uint32_t>(input.content.size()), buffer);
  buffer += input.content;
  buffer.resize(padded + crypto::kAesGcmTagSize);

  SealedSection sealed;
  sealed.key = crypto::RandomSecret(crypto::kAesGcmKeySize);
  const std::string_view plaintext = std::string_view(buffer).substr(0, padded);
  AMANA_RETURN_IF_ERROR(crypto::AesGcmSealTo(
      sealed.key, Nonce(), AdditionalData(referral, input.slot), plaintext, AsBytes(buffer)));
  v1::SlotOpening& opening = sealed.opening;
  opening.set_salt(crypto::RandomBytes(kOpeningSaltSize));
  opening.set_slot(input.slot);
  opening.set_category(input.category);
  opening.set_media_type(std::string(input.media_type));
  opening.set_padded_size(padded);
  opening.set_stage(input.stage);
  opening.set_plaintext_commitment(Commitment(salt, input.content).bytes());
  opening.set_ciphertext_sha256(crypto::Sha256(buffer).bytes());
  AMANA_RETURN_IF_ERROR(CheckOpening(opening));
  sealed.body.set_slot(input.slot);
  sealed.body.set_ciphertext(std::move(buffer));
  return sealed;
}

absl::StatusOr<std::string> OpenSection(const ReferralId& referral, const v1::SlotOpening& opening,
                                        const v1::SectionBody& body, const crypto::Secret& key) {
  const uint32_t slot = opening.slot();
  const std::string& sealed = body.ciphertext();
  if (body.slot() != slot || !IsSizeBucket(opening.padded_size()) ||
      sealed.size() != opening.padded_size() + crypto::kAesGcmTagSize) {
    return SectionMismatch(slot, "section and opening do not fit");
  }
  std::string plaintext(opening.padded_size(), '\0');
  const absl::Status opened = crypto::AesGcmOpenTo(key, Nonce(), AdditionalData(referral, slot),
                                                   sealed, AsBytes(plaintext));
  if (!opened.ok()) return SectionOpenFailed(slot);

  const std::string_view whole = plaintext;
  const size_t size = ReadBigEndian32(whole.substr(kSaltSize));
  if (size > whole.size() - kSectionFraming) {
    return SectionMismatch(slot, "the content's length is larger than the section");
  }
  const std::string_view padding = whole.substr(kSectionFraming + size);
  if (padding.find_first_not_of('\0') != std::string_view::npos) {
    return SectionMismatch(slot, "the padding is not zero");
  }
  const Digest commitment =
      Commitment(whole.substr(0, kSaltSize), whole.substr(kSectionFraming, size));
  if (commitment.view() != opening.plaintext_commitment()) {
    return SectionMismatch(slot, "the content is not what the sender committed to");
  }
  plaintext.resize(kSectionFraming + size);
  plaintext.erase(0, kSectionFraming);
  return plaintext;
}

}  // namespace amana::envelope
