// The keys of C2SP signed notes (https://c2sp.org/signed-note): Ed25519 (type 0x01) and witnesses'
// timestamped cosignatures (type 0x04, https://c2sp.org/tlog-cosignature). Immutable, thread-safe.
#ifndef AMANA_PROTO_TRANSPARENCY_NOTE_VERIFIER_H_
#define AMANA_PROTO_TRANSPARENCY_NOTE_VERIFIER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/crypto/ed25519.h"

namespace amana::transparency {

enum class NoteKeyType : uint8_t { kEd25519 = 0x01, kCosignatureV1 = 0x04 };

struct NoteSignature {
  std::string key_name;
  uint32_t key_id = 0;
  std::string signature;  // what follows the key id
  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

// A public key that may sign notes: its name, type, and id (first 4 bytes of SHA-256 of them).
class NoteVerifier {
 public:
  // VERIFIER_KEY_INVALID for a name that no signature line can carry.
  static absl::StatusOr<NoteVerifier> Create(std::string_view name, NoteKeyType type,
                                             const crypto::Ed25519PublicKey& key);
  // From `<name>+<hex key id>+<base64(type || key)>`; VERIFIER_KEY_INVALID for other types, a wrong
  // id, or any other spelling.
  static absl::StatusOr<NoteVerifier> Parse(std::string_view vkey);

  const std::string& name() const { return name_; }
  NoteKeyType type() const { return type_; }
  uint32_t key_id() const { return key_id_; }
  std::string vkey() const;

  // Whether the signature line names this key.
  bool Names(const NoteSignature& signature) const {
    return signature.key_id == key_id_ && signature.key_name == name_;
  }
  // The cosignature's time in Unix seconds, 0 for type 0x01; NOTE_SIGNATURE_INVALID.
  absl::StatusOr<uint64_t> Verify(std::string_view text, std::string_view signature) const;

 private:
  NoteVerifier(std::string name, NoteKeyType type, crypto::Ed25519PublicKey key);

  std::string name_;
  NoteKeyType type_;
  uint32_t key_id_;
  crypto::Ed25519PublicKey key_;
};

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_NOTE_VERIFIER_H_
