// C2SP signed notes (https://c2sp.org/signed-note) with Ed25519 signatures (type 0x01), and the
// verification of witnesses' timestamped cosignatures (type 0x04,
// https://c2sp.org/tlog-cosignature; cosignature.h makes them). Values are immutable and may be
// shared between threads.
#ifndef AMANA_PROTO_TRANSPARENCY_NOTE_H_
#define AMANA_PROTO_TRANSPARENCY_NOTE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/crypto/ed25519.h"
#include "proto/transparency/note_verifier.h"

namespace amana::transparency {

inline constexpr size_t kMaxNoteBytes = 256 * 1024;
inline constexpr size_t kMaxNoteSignatures = 64;  // the standard wants at least 16 accepted

// Text and signature lines, not yet verified.
struct Note {
  std::string text;  // ends with its newline
  std::vector<NoteSignature> signatures;
};

// Strict; NOTE_MALFORMED, also over the limits above.
absl::StatusOr<Note> ParseNote(std::string_view bytes);
// NOTE_MALFORMED when ParseNote would not read it back.
absl::StatusOr<std::string> FormatNote(const Note& note);

// One signature line, without its newline. NOTE_MALFORMED.
absl::StatusOr<NoteSignature> ParseSignatureLine(std::string_view line);
absl::StatusOr<std::string> FormatSignatureLine(const NoteSignature& signature);

// A signature line that one of the given verifiers found good.
struct VerifiedSignature {
  std::string key_name;
  uint32_t key_id = 0;
  NoteKeyType type = NoteKeyType::kEd25519;
  uint64_t unix_seconds = 0;  // of a cosignature; else 0
};

struct OpenedNote {
  std::string text;
  std::vector<VerifiedSignature> verified;  // not empty; one per key, in the order of the lines
};

// Parses and verifies. Lines of unknown keys are ignored; NOTE_SIGNATURE_INVALID if any line that
// names a known key is not good, NOTE_UNTRUSTED if no line does.
absl::StatusOr<OpenedNote> OpenNote(std::string_view bytes, std::span<const NoteVerifier> known);

// Signs texts with type 0x01.
class NoteSigner {
 public:
  // VERIFIER_KEY_INVALID for a name that no signature line can carry.
  static absl::StatusOr<NoteSigner> Create(std::string_view name, crypto::Ed25519PrivateKey key);

  const NoteVerifier& verifier() const { return verifier_; }
  // NOTE_MALFORMED unless `text` can be a note's text. Deterministic.
  absl::StatusOr<NoteSignature> Sign(std::string_view text) const;
  // The whole note with this one signature.
  absl::StatusOr<std::string> SignNote(std::string_view text) const;

 private:
  NoteSigner(NoteVerifier verifier, crypto::Ed25519PrivateKey key);

  NoteVerifier verifier_;
  crypto::Ed25519PrivateKey key_;
};

}  // namespace amana::transparency

#endif  // AMANA_PROTO_TRANSPARENCY_NOTE_H_
