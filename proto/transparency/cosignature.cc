#include "proto/transparency/cosignature.h"

#include <utility>

#include "proto/transparency/checkpoint.h"
#include "proto/transparency/cosigned_message.h"
#include "proto/transparency/errors.h"

namespace amana::transparency {

Cosigner::Cosigner(NoteVerifier verifier, crypto::Ed25519PrivateKey key)
    : verifier_(std::move(verifier)), key_(std::move(key)) {}

absl::StatusOr<Cosigner> Cosigner::Create(std::string_view name, crypto::Ed25519PrivateKey key) {
  AMANA_ASSIGN_OR_RETURN(NoteVerifier verifier,
                         NoteVerifier::Create(name, NoteKeyType::kCosignatureV1, key.PublicKey()));
  return Cosigner(std::move(verifier), std::move(key));
}

absl::StatusOr<NoteSignature> Cosigner::Cosign(std::string_view checkpoint_text,
                                               uint64_t unix_seconds) const {
  AMANA_RETURN_IF_ERROR(Checkpoint::Parse(checkpoint_text).status());
  if (unix_seconds > kMaxCosignatureTime) {
    return SizeOutOfRange("time", "the time is over 2^63 - 1");
  }
  AMANA_ASSIGN_OR_RETURN(const std::string raw,
                         key_.Sign(CosignedMessage(checkpoint_text, unix_seconds)));
  return NoteSignature{verifier_.name(), verifier_.key_id(), JoinCosignature(unix_seconds, raw)};
}

}  // namespace amana::transparency
