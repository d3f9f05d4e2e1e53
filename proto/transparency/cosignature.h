// Witness cosignatures, version 1 (https://c2sp.org/tlog-cosignature, Ed25519, type 0x04): a
// witness says that at a time it had seen the log grow consistently up to this checkpoint.
// Verification is NoteVerifier's. Pure; the time is the caller's.
#ifndef AMANA_PROTO_TRANSPARENCY_COSIGNATURE_H_
#define AMANA_PROTO_TRANSPARENCY_COSIGNATURE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/crypto/ed25519.h"
#include "proto/transparency/note.h"

namespace amana::transparency {

// Immutable, thread-safe.
class Cosigner {
 public:
  // VERIFIER_KEY_INVALID for a name that no signature line can carry.
  static absl::StatusOr<Cosigner> Create(std::string_view name, crypto::Ed25519PrivateKey key);

  const NoteVerifier& verifier() const { return verifier_; }
  // The caller has verified the checkpoint and its consistency with all it cosigned before.
  // CHECKPOINT_MALFORMED unless the text is a checkpoint; OUT_OF_RANGE for a time over 2^63 - 1.
  absl::StatusOr<NoteSignature> Cosign(std::string_view checkpoint_text,
                                       uint64_t unix_seconds) const;

 private:
  Cosigner(NoteVerifier verifier, crypto::Ed25519PrivateKey key);

  NoteVerifier verifier_;
  crypto::Ed25519PrivateKey key_;
};

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_COSIGNATURE_H_
