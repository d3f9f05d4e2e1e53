#include "proto/transparency/note_verifier.h"

#include <optional>
#include <utility>

#include "proto/crypto/sha256.h"
#include "proto/transparency/cosigned_message.h"
#include "proto/transparency/errors.h"
#include "proto/transparency/text.h"

namespace amana::transparency {
namespace {

constexpr size_t kKeyIdHexBytes = 8;

std::string KeyMaterial(NoteKeyType type, const crypto::Ed25519PublicKey& key) {
  return std::string(1, static_cast<char>(type)) + key.raw();
}

uint32_t ComputeKeyId(std::string_view name, std::string_view material) {
  const Digest digest = crypto::Sha256({name, "\n", material});
  uint32_t id = 0;
  for (int i = 0; i < 4; ++i) id = id << 8 | digest.data()[i];
  return id;
}

std::string KeyIdHex(uint32_t id) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(id >> shift));
  return ToHex(bytes);
}

}  // namespace

NoteVerifier::NoteVerifier(std::string name, NoteKeyType type, crypto::Ed25519PublicKey key)
    : name_(std::move(name)),
      type_(type),
      key_id_(ComputeKeyId(name_, KeyMaterial(type, key))),
      key_(std::move(key)) {}

absl::StatusOr<NoteVerifier> NoteVerifier::Create(std::string_view name, NoteKeyType type,
                                                  const crypto::Ed25519PublicKey& key) {
  if (!IsKeyName(name)) return VerifierKeyInvalid("the key name is empty or has a space or a plus");
  return NoteVerifier(std::string(name), type, key);
}

absl::StatusOr<NoteVerifier> NoteVerifier::Parse(std::string_view vkey) {
  // Base64 may contain a plus: the first two are the separators.
  const size_t first = vkey.find('+');
  const size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return VerifierKeyInvalid("not <name>+<key id>+<key>");
  const std::string_view id = vkey.substr(first + 1, second - first - 1);
  const std::optional<std::string> material = DecodeBase64(vkey.substr(second + 1));
  if (id.size() != kKeyIdHexBytes || !material.has_value() ||
      material->size() != 1 + crypto::Ed25519PublicKey::kSize) {
    return VerifierKeyInvalid("the key id or the key does not decode");
  }
  const auto type = static_cast<NoteKeyType>(material->front());
  if (type != NoteKeyType::kEd25519 && type != NoteKeyType::kCosignatureV1) {
    return VerifierKeyInvalid("the signature type is not supported");
  }
  const absl::StatusOr<crypto::Ed25519PublicKey> key =
      crypto::Ed25519PublicKey::FromRaw(std::string_view(*material).substr(1));
  if (!key.ok()) return VerifierKeyInvalid("the key is not an Ed25519 public key");
  AMANA_ASSIGN_OR_RETURN(NoteVerifier verifier, Create(vkey.substr(0, first), type, *key));
  if (KeyIdHex(verifier.key_id_) != id) return VerifierKeyInvalid("the key id is not the key's");
  return verifier;
}

std::string NoteVerifier::vkey() const {
  return name_ + "+" + KeyIdHex(key_id_) + "+" + EncodeBase64(KeyMaterial(type_, key_));
}

absl::StatusOr<uint64_t> NoteVerifier::Verify(std::string_view text,
                                              std::string_view signature) const {
  uint64_t seconds = 0;
  absl::Status good;
  if (type_ == NoteKeyType::kCosignatureV1) {
    const std::optional<TimestampedSignature> parts = SplitCosignature(signature);
    if (!parts.has_value()) return NoteSignatureInvalid("not a cosignature/v1 structure");
    seconds = parts->unix_seconds;
    good = key_.Verify(CosignedMessage(text, seconds), parts->signature);
  } else {
    good = key_.Verify(text, signature);
  }
  if (!good.ok()) return NoteSignatureInvalid("a signature of a known key does not verify");
  return seconds;
}

}  // namespace amana::transparency
