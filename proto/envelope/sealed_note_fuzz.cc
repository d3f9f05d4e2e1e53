// Sealed notes: as they come from the wire, and what a sender who holds the key may have sealed. A
// note opens if and only if its inside is in the one form that note.proto gives it.
#include <algorithm>
#include <bit>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/status.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/hpke.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/big_endian.h"
#include "proto/envelope/sealed_note.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "proto/envelope/wire_walker.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

constexpr std::string_view kDomain = "amana/note/v1";
constexpr std::string_view kType = "application/vnd.amana.handover-step.v1+protobuf";
constexpr size_t kFraming = 36;
constexpr size_t kTag = crypto::kAesGcmTagSize;

envelope::NoteContext Context() {
  envelope::NoteContext context;
  context.referral.referral = ReferralId::FromBytes(std::string(16, 'r')).value();
  context.referral.version = 1;
  context.payload_type = kType;
  return context;
}

const std::vector<envelope::SealingIdentity>& Keys() {
  static const auto* const keys =
      new std::vector<envelope::SealingIdentity>{envelope::SampleSealer("shelter-a/intake")};
  return *keys;
}

const v1::SealedNote& Good() {
  static const auto* const note =
      new v1::SealedNote(envelope::SealNote(Context(), "SYNTHETIC words",
                                            {envelope::SampleRecipient("shelter-a/intake")})
                             .value());
  return *note;
}

bool CheckWire(const std::string& bytes) {
  v1::SealedNote note;
  if (!note.ParseFromString(bytes)) return false;
  const absl::Status status = envelope::CheckNote(note, envelope::NoteDigest(note).view());
  if (!status.ok()) return RequireRefusal(status, absl::StatusCode::kInvalidArgument);
  const std::string canonical = envelope::Serialize(note);
  Require(envelope::CheckCanonical(*v1::SealedNote::descriptor(), canonical).ok(),
          "the walker takes every note that is accepted");
  Require(canonical.size() <= envelope::kMaxNoteSize + 1024, "a note is bounded");
  const auto opened =
      envelope::OpenNote(Context(), note, envelope::NoteDigest(note).view(), Keys());
  Require(!opened.ok() || *opened == "SYNTHETIC words", "nothing opens but what was sealed");
  return true;
}

// The content of a whole plaintext, if it is in the one form.
std::optional<std::string> ContentOf(std::string_view plaintext) {
  const size_t size = envelope::ReadBigEndian32(plaintext.substr(32));
  if (size > plaintext.size() - kFraming) return std::nullopt;
  if (std::max(std::bit_ceil(size + kFraming + kTag), size_t{256}) != plaintext.size() + kTag) {
    return std::nullopt;
  }
  const std::string_view padding = plaintext.substr(kFraming + size);
  if (!std::all_of(padding.begin(), padding.end(), [](char c) { return c == '\0'; })) {
    return std::nullopt;
  }
  return std::string(plaintext.substr(kFraming, size));
}

// As in note.proto, by hand.
v1::SealedNote Handmade(std::string_view plaintext, std::string_view commitment) {
  static const crypto::Secret* const key = new crypto::Secret(std::string(32, 'k'));
  const crypto::Certificate& certificate = Keys()[0].certificate;
  const std::string zeros(4, '\0'), one("\0\0\0\1", 4), referral(16, 'r');
  const std::string info = std::string(kDomain) + one + referral + one + zeros +
                           std::string(32, '\0') + certificate.id().bytes() + std::string(kType);
  v1::SealedNote note = Good();
  note.set_plaintext_commitment(std::string(commitment));
  note.set_ciphertext(crypto::AesGcmSeal(*key, std::string(crypto::kAesGcmNonceSize, '\0'),
                                         std::string(kDomain) + referral + zeros, plaintext)
                          .value());
  const auto sealed =
      crypto::HpkeSeal(certificate.public_key(), info, commitment, std::string(32, 'k')).value();
  note.mutable_wraps(0)->set_enc(sealed.enc);
  note.mutable_wraps(0)->set_sealed_key(sealed.ciphertext);
  return note;
}

bool CheckInside(bool committed, std::string plaintext) {
  plaintext.resize(std::min(std::max(plaintext.size(), kFraming), envelope::kMaxNoteSize - kTag));
  plaintext.resize(std::max(std::bit_ceil(plaintext.size() + kTag), size_t{256}) - kTag);
  const std::optional<std::string> content = ContentOf(plaintext);
  const std::string commitment = crypto::Sha256({kDomain, std::string_view(plaintext).substr(0, 32),
                                                 committed ? content.value_or("") : "other words"})
                                     .bytes();
  const v1::SealedNote note = Handmade(plaintext, commitment);
  const auto opened =
      envelope::OpenNote(Context(), note, envelope::NoteDigest(note).view(), Keys());
  const bool good = content.has_value() && (committed || *content == "other words");
  Require(opened.ok() == good, "a note opens if and only if it is in its one form");
  if (!good) return RequireRefusal(opened.status(), absl::StatusCode::kInvalidArgument);
  Require(*opened == *content, "a note opens to what was sealed");
  return true;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    std::string inside(32, 's');
    envelope::AppendBigEndian32(9, inside);
    inside += "SYNTHETIC";
    return new std::vector<std::string>{'\0' + envelope::Serialize(Good()), '\1' + inside,
                                        '\2' + inside, "\3", std::string("\3\0\0\x20\5", 5)};
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  const size_t choice = input.Choice(4);
  if (choice == 0) return CheckWire(std::string(input.Rest()));
  if (choice == 3) return CheckWire(Edited(envelope::Serialize(Good()), input));
  CheckInside(choice == 1, std::string(input.Rest()));
  return true;
}

}  // namespace amana::fuzz
