// Sections: openings as they come from the wire, and what a sender who holds the key may have
// sealed. A section opens if and only if its inside is in the one form that section.h gives it.
#include <algorithm>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/status.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/big_endian.h"
#include "proto/envelope/section.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/wire_walker.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

constexpr std::string_view kDomain = "amana/section/v1";
constexpr size_t kSaltSize = 32;

const ReferralId& Referral() {
  static const ReferralId id = ReferralId::FromBytes(std::string(16, 'r')).value();
  return id;
}

envelope::SealedSection Sealed(std::string_view content) {
  return envelope::SealSection(Referral(), {3, v1::CATEGORY_RISK, "text/plain",
                                            v1::DISCLOSURE_STAGE_AT_OFFER, content})
      .value();
}

bool CheckOpening(const std::string& bytes) {
  v1::SlotOpening opening;
  if (!opening.ParseFromString(bytes)) return false;
  const absl::Status status = envelope::CheckOpening(opening);
  if (!status.ok()) return RequireRefusal(status, absl::StatusCode::kInvalidArgument);
  Require(
      envelope::CheckCanonical(*v1::SlotOpening::descriptor(), envelope::Serialize(opening)).ok(),
      "the walker takes every opening that is accepted");
  Require(opening.slot() < 16 && envelope::IsSizeBucket(opening.padded_size()),
          "an opening's slot and size");
  return true;
}

// The content of a whole plaintext, if it is in the one form.
std::optional<std::string> ContentOf(std::string_view plaintext) {
  const size_t size = envelope::ReadBigEndian32(plaintext.substr(kSaltSize));
  if (size > plaintext.size() - envelope::kSectionFraming) return std::nullopt;
  const std::string_view padding = plaintext.substr(envelope::kSectionFraming + size);
  if (!std::all_of(padding.begin(), padding.end(), [](char c) { return c == '\0'; })) {
    return std::nullopt;
  }
  return std::string(plaintext.substr(envelope::kSectionFraming, size));
}

bool CheckInside(bool committed, std::string plaintext) {
  static const crypto::Secret* const key = new crypto::Secret(std::string(32, 'k'));
  const size_t framed = std::max(plaintext.size(), envelope::kSectionFraming);
  const auto padded = envelope::PaddedSize(framed - envelope::kSectionFraming);
  if (!padded.ok()) return false;
  plaintext.resize(*padded);
  const std::optional<std::string> content = ContentOf(plaintext);
  std::string aad(kDomain);
  aad += Referral().view();
  envelope::AppendBigEndian32(3, aad);
  v1::SlotOpening opening;
  opening.set_slot(3);
  opening.set_padded_size(*padded);
  opening.set_plaintext_commitment(
      crypto::Sha256({kDomain, std::string_view(plaintext).substr(0, kSaltSize),
                      committed ? content.value_or("") : "another content"})
          .bytes());
  v1::SectionBody body;
  body.set_slot(3);
  body.set_ciphertext(
      crypto::AesGcmSeal(*key, std::string(crypto::kAesGcmNonceSize, '\0'), aad, plaintext)
          .value());
  const auto opened = envelope::OpenSection(Referral(), opening, body, *key);
  const bool good = content.has_value() && (committed || *content == "another content");
  Require(opened.ok() == good, "a section opens if and only if it is in its one form");
  if (!good) return RequireRefusal(opened.status(), absl::StatusCode::kInvalidArgument);
  Require(*opened == *content, "a section opens to what was sealed");
  return true;
}

bool CheckSealed(Input edits) {
  static const auto* const sealed = new envelope::SealedSection(Sealed("SYNTHETIC content"));
  v1::SectionBody body;
  if (!body.ParseFromString(Edited(envelope::Serialize(sealed->body), edits))) return false;
  const auto opened = envelope::OpenSection(Referral(), sealed->opening, body, sealed->key);
  if (!opened.ok()) return RequireRefusal(opened.status(), absl::StatusCode::kInvalidArgument);
  Require(*opened == "SYNTHETIC content" && body.ciphertext() == sealed->body.ciphertext(),
          "nothing opens but what was sealed");
  return true;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    std::string inside(kSaltSize, 's');
    envelope::AppendBigEndian32(9, inside);
    inside += "SYNTHETIC";
    return new std::vector<std::string>{'\0' + envelope::Serialize(Sealed("SYNTHETIC").opening),
                                        '\1' + inside, '\2' + inside, "\3",
                                        std::string("\3\0\0\x20\5", 5)};
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  const size_t choice = input.Choice(4);
  if (choice == 0) return CheckOpening(std::string(input.Rest()));
  if (choice == 3) return CheckSealed(input);
  CheckInside(choice == 1, std::string(input.Rest()));
  return true;
}

}  // namespace amana::fuzz
